import type { LogEntry } from "#store/entries.ts";
import type { Reading } from "#store/readings/readings-store.ts";

/** Readings in the order of their times, so that each of many windows finds its own at once. */
export class TimedReadings {
  readonly #readings: readonly Reading[];

  constructor(readings: readonly Reading[]) {
    this.#readings = readings.toSorted((a, b) => a.ts - b.ts);
  }

  /** The readings in a window. */
  within({ fromMs, toMs }: Pick<LogEntry, "fromMs" | "toMs">): Reading[] {
    return this.#readings.slice(this.#before(fromMs), this.#before(toMs));
  }

  /** How many lie before a time. */
  #before(time: number): number {
    let [low, high] = [0, this.#readings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#readings[middle] as Reading).ts < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
