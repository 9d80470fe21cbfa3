import { createHash, timingSafeEqual } from "node:crypto";
import { AppError } from "#domain/errors.ts";
import { netOf } from "#services/net-of.ts";
import { createGuessLimit, type Verdict } from "./guess-limit.ts";
import { createTurns } from "./turns.ts";

/** Who asks to be let in, and from where. */
export interface Knock {
  readonly gateway: string;
  readonly password: Buffer;
  readonly address: string | undefined;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

/** What became of a knock; "failed": the password couldn't be checked, which says nothing of it. */
export type KnockResult = Verdict | "failed";

/** Lets gateways in by their passwords. */
export interface Doorkeeper {
  /** @throws AppError UNAVAILABLE when too many passwords wait for their check already, or whatever stopped it */
  letsIn(knock: Knock): Promise<boolean>;
  /** The gateway's password is looked up anew when it comes back. */
  forget(gateway: string): void;
}

/** The last password of a gateway that was right: it needs no check until then. */
interface Right {
  readonly digest: Buffer;
  readonly until: number;
}

/** Deriving a password again at each reconnection of a thousand gateways costs too much. */
const memoryMs = 60_000;
/** Passwords checked at once of all nets. */
const checksAtOnce = 16;
/** As many connections as there may be. */
const waitingMax = 4_096;

/**
 * A doorkeeper who remembers for a minute that a password was right, and hears no more guesses than the limit allows. Whoever
 * brings what was right the last time doesn't guess, so nobody who guesses beside it can keep it out; after the minute it is
 * checked all the same.
 * @param onKnock hears how each knock ended
 */
export function createDoorkeeper(
  isPassword: (gateway: string, password: string) => Promise<boolean>,
  onKnock: (result: KnockResult) => void,
  uptime: () => number = () => performance.now(),
): Doorkeeper {
  const right = new Map<string, Right>();
  const limit = createGuessLimit(uptime);
  const inTurn = createTurns(checksAtOnce, waitingMax);
  const check = async ({ gateway, password, isGone }: Knock, digest: Buffer): Promise<boolean> => {
    const isRight = await inTurn.run("all", isGone, () => isPassword(gateway, password.toString("utf8")));
    if (isRight === null)
      throw new AppError("UNAVAILABLE", "too many passwords wait for their check, or nobody does");
    if (isRight) right.set(gateway, { digest, until: uptime() + memoryMs });
    else if (isSame(right.get(gateway), digest)) right.delete(gateway);
    return isRight;
  };
  const judge = async (knock: Knock): Promise<Verdict> => {
    const digest = createHash("sha256").update(knock.password).digest();
    const last = right.get(knock.gateway);
    const wasRight = isSame(last, digest);
    if (wasRight && last.until > uptime()) return "right";
    if (wasRight) return (await check(knock, digest)) ? "right" : "wrong";
    return limit.judge({ ...knock, net: netOf(knock.address) }, () => check(knock, digest));
  };
  return {
    letsIn: async (knock) => {
      let result: KnockResult = "failed";
      try {
        result = await judge(knock);
      } finally {
        onKnock(result);
      }
      return result === "right";
    },
    forget: (gateway) => void right.delete(gateway),
  };
}

function isSame(last: Right | undefined, digest: Buffer): last is Right {
  return last !== undefined && timingSafeEqual(last.digest, digest);
}
