import { AppError } from "#domain/errors.ts";

/** Whether a node refused a transaction because it has it. geth and Besu say "already known", anvil "already imported", Nethermind "AlreadyKnown". */
export function isAlreadyKnown(error: unknown): boolean {
  return (
    error instanceof AppError &&
    /already ?(known|imported)|known transaction/i.test(String(error.facts.rpcMessage))
  );
}
