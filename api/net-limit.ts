import { AppError } from "#domain/errors.ts";
import { MinuteCounts } from "#services/minute-counts.ts";
import { clientNet } from "./client-net.ts";
import type { ApiContext } from "./parts.ts";

/** Counts things for each client net, minute by minute. */
export class NetLimit {
  readonly #counts: MinuteCounts;

  constructor(mostAMinute: number, clock: () => number) {
    this.#counts = new MinuteCounts(mostAMinute, clock);
  }

  /** Counts `times` for the net that asks; API keys and people are known and not limited. @throws AppError TOO_MANY when that is more than its minute holds */
  count(c: ApiContext, times = 1): void {
    if (c.get("actor").kind !== "public") return;
    if (!this.#counts.count(clientNet(c), times))
      throw new AppError("TOO_MANY", "too many requests from this net; wait a minute");
  }
}
