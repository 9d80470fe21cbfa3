/** A verdict may be asked for by thousands of phones at once: it is worked out once, and few at a time. */

/** A recall or sale must show soon (reliability.md §2.5 P9: at most 5 s). */
const keptMs = 3_000;
const keptMax = 500;
const underWayMax = 4;
const waitingMax = 200;

/** Answers by key, each kept for three seconds from when it was asked; at most four are worked out at a time. */
export class KeptAnswers<Answer> {
  readonly #kept = new Map<string, { readonly at: number; readonly answer: Promise<Answer> }>();
  readonly #waiting: (() => void)[] = [];
  readonly #refuse: () => Error;
  #underWay = 0;

  /** `refuse` makes the error for when too many wait already. */
  constructor(refuse: () => Error) {
    this.#refuse = refuse;
  }

  /** The answer of that key, worked out when none is kept. */
  get(key: string, workOut: () => Promise<Answer>): Promise<Answer> {
    const now = performance.now();
    for (const [old, { at }] of this.#kept) {
      if (now - at <= keptMs && this.#kept.size < keptMax) break;
      this.#kept.delete(old);
    }
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.answer;
    const answer = this.#inTurn(workOut);
    this.#kept.set(key, { at: now, answer });
    answer.catch(() => this.#kept.delete(key));
    return answer;
  }

  async #inTurn(workOut: () => Promise<Answer>): Promise<Answer> {
    if (this.#underWay < underWayMax) this.#underWay += 1;
    else if (this.#waiting.length >= waitingMax) throw this.#refuse();
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await workOut();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }
}
