import { AppError } from "#domain/errors.ts";
import { clientNet } from "./client-net.ts";
import type { ApiContext } from "./parts.ts";

const windowMs = 60_000;
const netsMax = 10_000;

/** Counts things for each client net, minute by minute, in memory; how many nets it remembers is bounded. */
export class NetLimit {
  readonly #most: number;
  readonly #clock: () => number;
  readonly #counts = new Map<string, { since: number; count: number }>();

  constructor(mostAMinute: number, clock: () => number) {
    this.#most = mostAMinute;
    this.#clock = clock;
  }

  /** Counts `times` for the net that asks; API keys are known and not limited. @throws AppError TOO_MANY when that is more than its minute holds */
  count(c: ApiContext, times = 1): void {
    if (c.get("actor").kind === "apiKey") return;
    const net = clientNet(c);
    const now = this.#clock();
    const seen = this.#counts.get(net);
    const current = seen !== undefined && now - seen.since < windowMs ? seen : { since: now, count: 0 };
    current.count += times;
    if (current !== seen) this.#remember(net, current);
    if (current.count > this.#most)
      throw new AppError("TOO_MANY", "too many requests from this net; wait a minute");
  }

  #remember(net: string, count: { since: number; count: number }): void {
    this.#counts.delete(net);
    if (this.#counts.size >= netsMax) this.#counts.delete(this.#counts.keys().next().value ?? "");
    this.#counts.set(net, count);
  }
}
