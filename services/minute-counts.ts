const windowMs = 60_000;
const keysMax = 10_000;

/** Counts things by key, minute by minute, in memory; how many keys it remembers is bounded. */
export class MinuteCounts {
  readonly #most: number;
  readonly #clock: () => number;
  readonly #counts = new Map<string, { since: number; count: number }>();

  constructor(mostAMinute: number, clock: () => number) {
    this.#most = mostAMinute;
    this.#clock = clock;
  }

  /** Counts `times` for a key; whether its minute still holds that. */
  count(key: string, times = 1): boolean {
    const now = this.#clock();
    const seen = this.#counts.get(key);
    const current = seen !== undefined && now - seen.since < windowMs ? seen : { since: now, count: 0 };
    current.count += times;
    if (current !== seen) this.#remember(key, current);
    return current.count <= this.#most;
  }

  /** Whether a key's minute holds no more; asking counts nothing. */
  isFull(key: string): boolean {
    const seen = this.#counts.get(key);
    return seen !== undefined && this.#clock() - seen.since < windowMs && seen.count >= this.#most;
  }

  /** Takes back what was counted and turned out to be none of it. */
  takeBack(key: string): void {
    const seen = this.#counts.get(key);
    if (seen !== undefined && seen.count > 0) seen.count -= 1;
  }

  #remember(key: string, count: { since: number; count: number }): void {
    this.#counts.delete(key);
    if (this.#counts.size >= keysMax) this.#counts.delete(this.#counts.keys().next().value ?? "");
    this.#counts.set(key, count);
  }
}
