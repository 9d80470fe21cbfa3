import type { Chain } from "./chain.ts";
import type { AnchorContext } from "./settings.ts";
import type { Signer } from "./signer.ts";

/** Our log in its contract: everything that moving the head needs. */
export interface AnchoredLog extends AnchorContext {
  readonly chain: Chain;
  readonly contract: string;
  readonly logId: string;
  /** The publisher. */
  readonly signer: Signer;
}
