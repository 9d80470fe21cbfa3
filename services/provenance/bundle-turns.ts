import { AppError } from "#domain/errors.ts";
import type { Actor } from "../context.ts";

const allMax = 4;

/**
 * Who takes an equipment bundle at the moment: a long one is dear, so an organisation has one at a time, whichever of its
 * people and machines asks, and all together have four.
 */
export class BundleTurns {
  readonly #held = new Set<string>();

  /**
   * Takes somebody's turn; what is given back ends it, however often it is called.
   * @throws AppError TOO_MANY when none is free
   */
  take({ kind, tenant, id }: Pick<Actor, "kind" | "tenant" | "id">): () => void {
    const who = tenant === null ? `${kind}/${id}` : `tenant/${tenant}`;
    if (this.#held.size >= allMax || this.#held.has(who))
      throw new AppError("TOO_MANY", "another bundle is being made; try again in a moment");
    this.#held.add(who);
    let isOver = false;
    return () => {
      if (!isOver) this.#held.delete(who);
      isOver = true;
    };
  }
}
