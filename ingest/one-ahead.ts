/** A stretch of the inbox that a reader takes in one step: above `from`, up to `to`; empty where they are equal. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A reader's batches, of which the next one may be begun while the last one is brought to its end. */
export interface OneAhead<Batch extends Stretch> {
  /**
   * What follows the batch before, empty when nothing waits.
   * @throws what opening it throws; the next call opens it again
   */
  next(): Promise<Batch>;
  /** Begins what follows `position`, beside whatever else is done; nothing after `end`. */
  begin(position: number): void;
  /** The batch before did not come to its end: all begins again where the records say. */
  forget(): void;
  /** Nothing is begun from now on; resolves when what was begun, and isn't asked for, has ended. */
  end(): Promise<void>;
}

/**
 * Opens a reader's batches with `open`, which must be repeatable; `readPosition` says where the reader stands. What was begun and then
 * forgotten is waited for before anything is opened again, so that two attempts never overlap.
 */
export function openOneAhead<Batch extends Stretch>(parts: {
  readonly open: (from: number) => Promise<Batch>;
  readonly readPosition: () => Promise<number>;
}): OneAhead<Batch> {
  let begun: Promise<Batch> | null = null;
  let position: number | null = null;
  let isEnded = false;
  return {
    next: async () => {
      const early = begun;
      begun = null;
      if (position === null) await early?.catch(() => undefined);
      const found = position === null ? null : await early;
      const follows = found != null && found.from === position && found.to > found.from;
      const batch = follows ? found : await parts.open(position ?? (await parts.readPosition()));
      position = batch.to;
      return batch;
    },
    begin: (from) => {
      if (isEnded) return;
      begun = parts.open(from);
      begun.catch(() => undefined); // told when it is asked for
    },
    forget: () => {
      position = null;
    },
    end: async () => {
      isEnded = true;
      await begun?.catch(() => undefined);
    },
  };
}
