import { Transaction } from "ethers";
import { jobsSentSince } from "#store/anchor-jobs.ts";
import { revocationsSentSince } from "#store/sent-revocations.ts";
import type { AnchoredLog } from "./anchored-log.ts";

/** What our transactions of a time may have cost, by their gas limit and the most they offer per gas; never too little. */
export interface Spent {
  readonly wei: bigint;
  readonly gas: bigint;
}

/** Every transaction of ours that was sent since then, epoch ms: anchors and recalls. */
export async function spentSince({ store }: Pick<AnchoredLog, "store">, since: number): Promise<Spent> {
  const sent = await store.as({ role: "worker" }, async (tx) => [
    ...(await jobsSentSince(tx, since)),
    ...(await revocationsSentSince(tx, since)),
  ]);
  return sent.reduce<Spent>(
    (sum, { rawTx }) => {
      const { gas, weiPerGas } = offerOf(rawTx);
      return { wei: sum.wei + gas * weiPerGas, gas: sum.gas + gas };
    },
    { wei: 0n, gas: 0n },
  );
}

function offerOf(rawTx: string | null): { gas: bigint; weiPerGas: bigint } {
  if (rawTx === null) return { gas: 0n, weiPerGas: 0n };
  const { gasLimit, maxFeePerGas, gasPrice } = Transaction.from(rawTx);
  return { gas: gasLimit, weiPerGas: maxFeePerGas ?? gasPrice ?? 0n };
}
