import { MinuteCounts } from "#services/minute-counts.ts";
import { createTurns } from "./turns.ts";

/** A try with a password that isn't known to have been right. */
export interface Try {
  readonly net: string;
  readonly gateway: string;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

/** What became of a try: "over_limit" and "gone" (nobody waited for the answer any more) were never checked. */
export type Verdict = "right" | "wrong" | "over_limit" | "gone";

/** Bounds wrong passwords by where they come from, so that guessing costs us nothing more. */
export interface GuessLimit {
  /**
   * What `check` says; without asking it "over_limit" where too many tries of this net failed lately or wait already, and "gone"
   * where nobody waits for the answer.
   */
  judge(one: Try, check: () => Promise<boolean>): Promise<Verdict>;
}

const pairGuessesAMinute = 10;
const netGuessesAMinute = 100;
/** Judged at once of one net: a guesser's flood waits behind itself. */
const atOnce = 8;
/** As many connections as one address may have. */
const waitingMax = 1_024;
const rememberedMax = 10_000;

/**
 * Ten wrong passwords a minute of one net for one gateway, a hundred of one net in all, as at the sign-in. There is no limit of a
 * gateway over all nets: with one, anybody could keep it out. A gateway that got in from a net before isn't kept out by
 * its neighbours there.
 */
export function createGuessLimit(clock: () => number): GuessLimit {
  const nets = new MinuteCounts(netGuessesAMinute, clock);
  const pairs = new MinuteCounts(pairGuessesAMinute, clock);
  const gotIn = new Set<string>();
  const inTurn = createTurns(atOnce, waitingMax);
  const remember = (pair: string): void => {
    if (gotIn.size >= rememberedMax) gotIn.delete(gotIn.values().next().value ?? "");
    gotIn.add(pair);
  };
  const judgeNow = async ({ net, gateway }: Try, check: () => Promise<boolean>): Promise<Verdict> => {
    const pair = `${net} ${gateway}`;
    if (pairs.isFull(pair) || (nets.isFull(net) && !gotIn.has(pair))) return "over_limit";
    pairs.count(pair);
    nets.count(net);
    const takeBack = (): void => {
      pairs.takeBack(pair);
      nets.takeBack(net);
    };
    try {
      const isRight = await check();
      if (!isRight) return "wrong";
      remember(pair);
    } catch (error) {
      takeBack(); // says nothing of the password
      throw error;
    }
    takeBack();
    return "right";
  };
  return {
    judge: async (one, check) => {
      const verdict = await inTurn.run(one.net, one.isGone, () => judgeNow(one, check));
      return verdict ?? (one.isGone() ? "gone" : "over_limit");
    },
  };
}
