/** Work that is done at a beat, never twice at a time. */
export interface Beat {
  /** Waits for the work under way and does it no more. */
  stop(): Promise<void>;
}

/** Does the work, pauses, does it again; the work handles its own faults. */
export function every(pauseMs: number, work: () => Promise<void>): Beat {
  const end = Promise.withResolvers<void>();
  let isStopped = false;
  const pause = () => {
    const rest = Promise.withResolvers<void>();
    const timer = setTimeout(rest.resolve, pauseMs);
    return Promise.race([rest.promise, end.promise]).finally(() => clearTimeout(timer));
  };
  const run = async () => {
    while (!isStopped) {
      await work();
      if (!isStopped) await pause();
    }
  };
  const running = run();
  return {
    async stop() {
      isStopped = true;
      end.resolve();
      await running;
    },
  };
}
