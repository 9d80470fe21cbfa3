import type { Chain } from "./chain.ts";
import type { AnchorContext } from "./settings.ts";

/** Our log in its contract: everything that moving the head needs. */
export interface AnchoredLog extends AnchorContext {
  readonly chain: Chain;
  readonly contract: string;
  readonly logId: string;
  /** The publisher's private key, 0x-hex, and its account. */
  readonly key: string;
  readonly account: string;
}
