/** Work that is done again and again, never twice at a time. */
export interface Repeated {
  /** Does the work soon instead of after the pause. */
  wake(): void;
  /** Waits for the work under way and does it no more. */
  stop(): Promise<void>;
}

/** Repeats work for ever; it gives the pause in ms after which it wants to be done again, and handles its own faults. */
export function repeat(work: () => Promise<number>): Repeated {
  let isStopped = false;
  let isWoken = false;
  let endPause: () => void = () => undefined;
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async () => {
    while (!isStopped) {
      isWoken = false;
      const ms = await work();
      if (!isStopped && !isWoken) await pause(ms);
    }
  };
  const running = run();
  return {
    wake() {
      isWoken = true;
      endPause();
    },
    async stop() {
      isStopped = true;
      endPause();
      await running;
    },
  };
}

/** Calls that follow one another, whoever makes them. */
export function oneAtATime<Arguments extends unknown[], Result>(
  work: (...given: Arguments) => Promise<Result>,
): (...given: Arguments) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (...given) => {
    const next = last.then(() => work(...given));
    last = next.catch(() => undefined);
    return next;
  };
}
