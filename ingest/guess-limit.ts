import { MinuteCounts } from "#services/minute-counts.ts";

/** Bounds wrong passwords by where they come from, so that guessing costs us nothing more. */
export interface GuessLimit {
  /** What `check` says; false without asking it where too many tries of this net failed lately. */
  judge(net: string, gateway: string, check: () => Promise<boolean>): Promise<boolean>;
}

const pairGuessesAMinute = 10;
const netGuessesAMinute = 100;
/** Judged at once of one net: a guesser's flood waits behind itself. */
const atOnce = 8;
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
  const inTurn = createTurns();
  const remember = (pair: string): void => {
    if (gotIn.size >= rememberedMax) gotIn.delete(gotIn.values().next().value ?? "");
    gotIn.add(pair);
  };
  return {
    judge: (net, gateway, check) =>
      inTurn(net, async () => {
        const pair = `${net} ${gateway}`;
        if (pairs.isFull(pair) || (nets.isFull(net) && !gotIn.has(pair))) return false;
        pairs.count(pair);
        nets.count(net);
        const takeBack = (): void => {
          pairs.takeBack(pair);
          nets.takeBack(net);
        };
        try {
          const isRight = await check();
          if (!isRight) return false;
          remember(pair);
        } catch (error) {
          takeBack(); // says nothing of the password
          throw error;
        }
        takeBack();
        return true;
      }),
  };
}

/** Runs few pieces of work of one key at once, the others in the order they came. */
function createTurns() {
  const lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const line = lines.get(key) ?? { running: 0, waiting: [] };
    lines.set(key, line);
    if (line.running < atOnce) line.running += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else line.running -= 1;
      if (line.running === 0) lines.delete(key);
    }
  };
}
