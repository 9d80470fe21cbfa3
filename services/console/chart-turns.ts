import { AppError } from "#domain/errors.ts";
import type { Actor } from "../context.ts";

const eachMax = 2;
const allMax = 8;

/** Who draws charts at the moment: a long one is dear, and nobody may keep the readings store from the others. */
export class ChartTurns {
  readonly #held = new Map<string, number>();
  #all = 0;

  /**
   * Does the work while it holds one of somebody's two turns, and one of eight of all.
   * @throws AppError TOO_MANY when none is free
   */
  async hold<T>({ kind, tenant, id }: Actor, work: () => Promise<T>): Promise<T> {
    const who = `${kind}/${tenant}/${id}`;
    if (this.#all >= allMax || this.#of(who) >= eachMax)
      throw new AppError("TOO_MANY", "too many charts are being drawn; try again in a moment");
    this.#count(who, 1);
    try {
      return await work();
    } finally {
      this.#count(who, -1);
    }
  }

  #of(who: string): number {
    return this.#held.get(who) ?? 0;
  }

  #count(who: string, change: number): void {
    const held = this.#of(who) + change;
    this.#all += change;
    if (held > 0) this.#held.set(who, held);
    else this.#held.delete(who);
  }
}
