import { AppError } from "#domain/errors.ts";
import type { AnchoredLog } from "./anchored-log.ts";

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

/** geth, Besu, anvil and Nethermind all say "underpriced" in some form. */
function isUnderpriced(error: unknown): boolean {
  return error instanceof AppError && /underpriced/i.test(String(error.facts.rpcMessage));
}
