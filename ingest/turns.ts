/** Pieces of work in line, by key: few of one key run at once, the others wait in the order they came. */
export interface Turns {
  /** What the work says; null where it isn't begun, because nobody waits for it any more or too many are in line. */
  run<Result>(key: string, isGone: () => boolean, work: () => Promise<Result>): Promise<Result | null>;
}

interface Line {
  running: number;
  waiting: { readonly isGone: () => boolean; readonly begin: (isItsTurn: boolean) => void }[];
}

/** Opens lines of at most `waitingMax` that somebody waits for, besides the `atOnce` that run. */
export function createTurns(atOnce: number, waitingMax: number): Turns {
  const lines = new Map<string, Line>();
  const begin = async (line: Line, isGone: () => boolean): Promise<boolean> => {
    if (line.running < atOnce) {
      line.running += 1;
      return true;
    }
    if (line.waiting.length >= waitingMax) dropGone(line);
    if (line.waiting.length >= waitingMax) return false;
    return new Promise((resolve) => line.waiting.push({ isGone, begin: resolve }));
  };
  const end = (key: string, line: Line): void => {
    const next = line.waiting.shift();
    if (next) next.begin(true);
    else line.running -= 1;
    if (line.running === 0) lines.delete(key);
  };
  return {
    run: async (key, isGone, work) => {
      const line = lines.get(key) ?? { running: 0, waiting: [] };
      lines.set(key, line);
      if (!(await begin(line, isGone))) return null;
      try {
        return isGone() ? null : await work();
      } finally {
        end(key, line);
      }
    },
  };
}

function dropGone(line: Line): void {
  const { gone = [], there = [] } = Object.groupBy(line.waiting, ({ isGone }) =>
    isGone() ? "gone" : "there",
  );
  line.waiting = there;
  for (const { begin } of gone) begin(false);
}
