import { id, toBeHex } from "ethers";
import type { AnchorJob } from "#store/anchor-jobs.ts";
import type { AnchoredLog } from "./anchored-log.ts";

const anchoredTopic = id("Anchored(bytes32,uint48,bytes32)");
const blocksBackMax = 2_000;

interface FoundLog {
  readonly transactionHash: string;
  readonly blockNumber: string;
}

/**
 * The transaction that moved the head to a job's size, for bundles to name; null when the chain gives none. It decides
 * nothing: a replaced fee leaves us with another hash than the one that was mined, so the event is asked where need be.
 */
export async function findAnchoring(
  { chain, contract, logId }: Pick<AnchoredLog, "chain" | "contract" | "logId">,
  job: Pick<AnchorJob, "newSize" | "txHash">,
): Promise<{ txHash: string; blockNumber: number } | null> {
  if (job.txHash !== null) {
    const receipt = (await chain.rpc("eth_getTransactionReceipt", [job.txHash])) as {
      status: string;
      blockNumber: string;
    } | null;
    if (receipt !== null && Number(receipt.status) === 1) {
      return { txHash: job.txHash, blockNumber: Number(receipt.blockNumber) };
    }
  }
  const newest = Number(await chain.rpc("eth_blockNumber", []));
  const fromBlock = `0x${Math.max(0, newest - blocksBackMax).toString(16)}`;
  const topics = [anchoredTopic, logId, toBeHex(job.newSize, 32)];
  const filter = { address: contract, topics, fromBlock, toBlock: "latest" };
  const found = (await chain.rpc("eth_getLogs", [filter])) as FoundLog[];
  const last = found.at(-1);
  return last === undefined ? null : { txHash: last.transactionHash, blockNumber: Number(last.blockNumber) };
}
