import { Transaction } from "ethers";
import { type FeeBounds, feesAbove } from "./fees-above.ts";
import type { Signer } from "./signer.ts";
import type { SignedTransaction } from "./transaction.ts";

/** The same transaction under the same nonce, dear enough to be taken as its replacement. @throws TooCostly */
export async function dearerTransaction(
  raw: string,
  signer: Signer,
  bounds: FeeBounds,
): Promise<SignedTransaction> {
  const { to, data, nonce, chainId, gasLimit } = Transaction.from(raw);
  const signed = await signer.sign({ to, data, nonce, chainId, gasLimit, ...feesAbove(raw, bounds) });
  return { raw: signed, hash: Transaction.from(signed).hash ?? "", nonce };
}
