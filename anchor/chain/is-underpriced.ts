import { AppError } from "#domain/errors.ts";

/** Whether a node holds another transaction of this nonce that this one can't replace. geth, Besu, anvil and Nethermind all say "underpriced" in some form. */
export function isUnderpriced(error: unknown): boolean {
  return error instanceof AppError && /underpriced/i.test(String(error.facts.rpcMessage));
}
