import { createHash, timingSafeEqual } from "node:crypto";

const rememberMs = 10_000;
const entriesMax = 4_096;

/**
 * Remembers for ten seconds, of 4,096 users at most, what was right: after an outage a network comes back at once, and
 * asking the records of each user again costs too much. What was wrong is never remembered; a revocation counts after these seconds.
 */
export class KnownAnswers {
  readonly #right = new Map<string, { readonly digest: Buffer; readonly until: number }>();
  readonly #clock: () => number;

  /** @param clock ms; only differences count */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether this secret of a user is right, by memory or else by asking. */
  async isRight(user: string, secret: string, ask: () => Promise<boolean>): Promise<boolean> {
    const digest = createHash("sha256").update(secret).digest();
    const known = this.#right.get(user);
    if (known && known.until > this.#clock() && timingSafeEqual(known.digest, digest)) return true;
    if (!(await ask())) return false;
    this.#right.delete(user);
    const oldest = this.#right.size >= entriesMax ? this.#right.keys().next().value : undefined;
    if (oldest !== undefined) this.#right.delete(oldest);
    this.#right.set(user, { digest, until: this.#clock() + rememberMs });
    return true;
  }
}
