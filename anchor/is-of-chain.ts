import { Transaction } from "ethers";
import type { SentTransaction } from "#store/sent-transactions.ts";
import type { Chain } from "./chain.ts";

/** Whether what we sent was for this chain: the same account has the same nonces on another one. */
export function isOfChain({ chainId }: Pick<Chain, "chainId">, { rawTx }: SentTransaction): boolean {
  return Transaction.from(rawTx).chainId === BigInt(chainId);
}
