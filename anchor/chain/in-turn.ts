import { AppError } from "#domain/errors.ts";
import { isAlreadyKnown } from "./is-already-known.ts";
import { isUnderpriced } from "./is-underpriced.ts";

/**
 * Asks endpoints of one chain one after another until one answers. What one refuses, another may do: it lags and has no such
 * block, or its provider shuts us out. A revert is the contract's own word and stands; so does that a node has a transaction.
 * @throws AppError CONFLICT where one refused, what a pool said before what a provider did, else UNAVAILABLE; anything else at once
 */
export async function inTurn<Endpoint, Answer>(
  endpoints: readonly Endpoint[],
  ask: (endpoint: Endpoint) => Promise<Answer>,
): Promise<Answer> {
  const failures: AppError[] = [];
  for (const endpoint of endpoints) {
    try {
      return await ask(endpoint);
    } catch (error) {
      if (!mayAnotherAnswer(error)) throw error;
      failures.push(error);
    }
  }
  throw failures.find(isUnderpriced) ?? failures.find(({ code }) => code === "CONFLICT") ?? failures[0];
}

function mayAnotherAnswer(error: unknown): error is AppError {
  if (!(error instanceof AppError) || isAlreadyKnown(error)) return false;
  return error.code === "UNAVAILABLE" || (error.code === "CONFLICT" && !isRevert(error));
}

/** Code 3 by the execution API; Besu says it in words, Nethermind in its data. */
function isRevert({ facts: { rpcCode, rpcMessage, data } }: AppError): boolean {
  return rpcCode === 3 || /revert/i.test(`${rpcMessage} ${data}`);
}
