import { AppError } from "#domain/errors.ts";
import { MinuteCounts } from "#services/minute-counts.ts";

const accountTriesAMinute = 10;
const netTriesAMinute = 100;

/**
 * Bounds failed tries to sign in: ten a minute of one net at one mail address, a hundred of one net in all. There is no
 * limit of an address over all nets: with one, anybody could keep its person out.
 */
export class SignInLimit {
  readonly #nets: MinuteCounts;
  readonly #accounts: MinuteCounts;

  constructor(clock: () => number) {
    this.#nets = new MinuteCounts(netTriesAMinute, clock);
    this.#accounts = new MinuteCounts(accountTriesAMinute, clock);
  }

  /**
   * Counts a try; what is refused isn't counted, so that it uses up nothing and makes nothing forgotten.
   * @returns takes the try back, for who got in
   * @throws AppError TOO_MANY when the minute of either holds no more
   */
  count(net: string, email: string): () => void {
    const account = `${net} ${email.toLowerCase()}`;
    if (this.#nets.isFull(net) || this.#accounts.isFull(account))
      throw new AppError("TOO_MANY", "too many tries to sign in; wait a minute");
    this.#nets.count(net);
    this.#accounts.count(account);
    return () => {
      this.#nets.takeBack(net);
      this.#accounts.takeBack(account);
    };
  }
}
