import type { Logger } from "pino";

/** Runs a step that may fail now and succeed later: says when it begins to fail and when it works again, no more. */
export class SayOnce {
  readonly #log: Logger;
  readonly #failing = new Map<string, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The step's result, or null when it failed. */
  async attempt<T>(step: string, work: () => Promise<T>): Promise<T | null> {
    try {
      const result = await work();
      this.worked(step);
      return result;
    } catch (error) {
      this.failed(step, error);
      return null;
    }
  }

  /** Says that a step works again, if it was said to fail. */
  worked(step: string): void {
    if (this.#failing.delete(step)) this.#log.info({ step }, "works again");
  }

  /** Says that a step fails, unless it was said already. */
  failed(step: string, error: unknown): void {
    const words = error instanceof Error ? error.message : String(error);
    if (this.#failing.get(step) === words) return;
    this.#failing.set(step, words);
    this.#log.warn({ step, err: error }, "fails for now and is tried again");
  }
}
