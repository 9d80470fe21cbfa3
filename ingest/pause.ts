/** Something that several wait for at once. */
export interface Pause {
  begin(): Promise<void>;
  end(): void;
}

/** Opens a pause that nobody waits for yet. */
export function createPause(): Pause {
  let current: PromiseWithResolvers<void> | null = null;
  return {
    begin: () => {
      current ??= Promise.withResolvers<void>();
      return current.promise;
    },
    end: () => {
      current?.resolve();
      current = null;
    },
  };
}
