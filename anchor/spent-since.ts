import { Transaction } from "ethers";
import { transactionsSentSince } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";

/** What our transactions of a time may have cost, by their gas limit and the most they offer per gas; never too little. */
export interface Spent {
  readonly wei: bigint;
  readonly gas: bigint;
}

/** Every transaction of ours that was sent since then, epoch ms: anchors and recalls, those that failed on chain too. */
export async function spentSince({ store }: Pick<AnchoredLog, "store">, since: number): Promise<Spent> {
  const sent = await store.as({ role: "worker" }, (tx) => transactionsSentSince(tx, since));
  return sent.reduce<Spent>(
    (sum, { rawTx }) => {
      const { gas, weiPerGas } = offerOf(rawTx);
      return { wei: sum.wei + gas * weiPerGas, gas: sum.gas + gas };
    },
    { wei: 0n, gas: 0n },
  );
}

function offerOf(rawTx: string): { gas: bigint; weiPerGas: bigint } {
  const { gasLimit, maxFeePerGas, gasPrice } = Transaction.from(rawTx);
  return { gas: gasLimit, weiPerGas: maxFeePerGas ?? gasPrice ?? 0n };
}
