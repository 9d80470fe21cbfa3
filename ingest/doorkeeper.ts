import { createHash, timingSafeEqual } from "node:crypto";
import { netOf } from "#services/net-of.ts";
import { createGuessLimit } from "./guess-limit.ts";

/** Who asks to be let in, and from where. */
export interface Knock {
  readonly gateway: string;
  readonly password: Buffer;
  readonly address: string | undefined;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

/** Lets gateways in by their passwords. */
export interface Doorkeeper {
  letsIn(knock: Knock): Promise<boolean>;
  /** The gateway's password is looked up anew when it comes back. */
  forget(gateway: string): void;
}

/** Deriving a password again at each reconnection of a thousand gateways costs too much. */
const memoryMs = 60_000;

/** A doorkeeper who remembers for a minute that a password was right, and hears no more guesses than the limit allows. */
export function createDoorkeeper(
  isPassword: (gateway: string, password: string) => Promise<boolean>,
  uptime: () => number = () => performance.now(),
): Doorkeeper {
  const right = new Map<string, { readonly digest: Buffer; readonly until: number }>();
  const limit = createGuessLimit(uptime);
  return {
    letsIn: async ({ gateway, password, address, isGone }) => {
      const digest = createHash("sha256").update(password).digest();
      const known = right.get(gateway);
      if (known && known.until > uptime() && timingSafeEqual(known.digest, digest)) return true;
      return limit.judge(netOf(address), gateway, async () => {
        if (isGone()) return false;
        const isRight = await isPassword(gateway, password.toString("utf8"));
        if (isRight) right.set(gateway, { digest, until: uptime() + memoryMs });
        return isRight;
      });
    },
    forget: (gateway) => void right.delete(gateway),
  };
}
