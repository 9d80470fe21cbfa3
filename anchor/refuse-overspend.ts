import { formatUnits, type TransactionLike } from "ethers";
import { type SentTransaction, transactionsSentSince } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { isOfChain } from "./is-of-chain.ts";
import { offeredWei } from "./offered-wei.ts";
import { TooCostly } from "./too-costly.ts";

const dayMs = 86_400_000;

/**
 * Refuses a transaction with which this chain's of the last 24 hours, anchors and recalls, might cost more than a day is
 * allowed. Of those of one nonce only one can be mined: it takes the place of the one before it.
 * @throws TooCostly
 */
export async function refuseOverspend(log: AnchoredLog, next: TransactionLike<string>): Promise<void> {
  const allowedGwei = BigInt(log.config.anchorSpendMaxGwei);
  if (allowedGwei === 0n) return;
  const sent = await log.store.as({ role: "worker" }, (tx) => transactionsSentSince(tx, log.clock() - dayMs));
  const isReplaced = ({ account, nonce }: SentTransaction) =>
    account === log.signer.account && nonce === next.nonce;
  const others = sent.filter((one) => isOfChain(log.chain, one) && !isReplaced(one));
  const wei = others.reduce((sum, { rawTx }) => sum + offeredWei(rawTx), offeredWei(next));
  if (wei <= allowedGwei * 1_000_000_000n) return;
  const spent = formatUnits(wei, "gwei");
  throw new TooCostly(
    `with the next one the transactions of 24 hours may cost ${spent} gwei, ANCHOR_SPEND_MAX_GWEI allows ${allowedGwei}`,
  );
}
