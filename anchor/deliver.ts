import type { AnchoredLog } from "./anchored-log.ts";
import { isUnderpriced } from "./chain/is-underpriced.ts";

/**
 * Sends a stored transaction. Where the node holds another one of this nonce that ours is not dear enough to replace, it
 * counts as sent, and is made dearer in its time.
 * @throws AppError UNAVAILABLE or CONFLICT
 */
export async function deliver({ chain }: Pick<AnchoredLog, "chain">, raw: string): Promise<void> {
  await chain.sendRaw(raw).catch((error) => {
    if (!isUnderpriced(error)) throw error;
  });
}
