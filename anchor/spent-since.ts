import { Transaction } from "ethers";
import { transactionsSentSince } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { isOfChain } from "./is-of-chain.ts";
import { offeredWei } from "./offered-wei.ts";

/** What our transactions of a time may have cost, by their gas limit and the most they offer per gas; never too little. */
export interface Spent {
  readonly wei: bigint;
  readonly gas: bigint;
}

/** Every transaction of ours that was sent to this chain since then, epoch ms: anchors and recalls, those that failed on it too. */
export async function spentSince(
  { store, chain }: Pick<AnchoredLog, "store" | "chain">,
  since: number,
): Promise<Spent> {
  const sent = await store.as({ role: "worker" }, (tx) => transactionsSentSince(tx, since));
  const here = sent.filter((one) => isOfChain(chain, one));
  return here.reduce<Spent>(
    (sum, { rawTx }) => {
      return { wei: sum.wei + offeredWei(rawTx), gas: sum.gas + Transaction.from(rawTx).gasLimit };
    },
    { wei: 0n, gas: 0n },
  );
}
