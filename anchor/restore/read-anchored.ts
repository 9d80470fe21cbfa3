import { id } from "ethers";
import type { AnchoredPlace } from "#store/restored-log.ts";
import type { LogOnChain } from "./vouched-roots.ts";

const anchoredTopic = id("Anchored(bytes32,uint48,bytes32)");
/** As many as endpoints look through at once. */
const blocksAtOnce = 2_000;

interface AnchoredEvent {
  readonly topics: readonly string[];
  readonly transactionHash: string;
  readonly blockNumber: string;
}

/**
 * Which sizes the chain anchored, by which transaction and when (epoch ms), by size: from the newest block back to `since`. The
 * records need it to open the days' seals, and bundles to name the transaction; whether a size counts, the head and the seals decide.
 * @throws AppError UNAVAILABLE or CONFLICT where the endpoint doesn't give events
 */
export async function readAnchored(chain: LogOnChain, since: number): Promise<Map<number, AnchoredPlace>> {
  const found = new Map<number, AnchoredPlace>();
  for (let to = Number(await chain.rpc("eth_blockNumber", [])); to >= 0; to -= blocksAtOnce) {
    const from = Math.max(0, to - blocksAtOnce + 1);
    for (const { topics, transactionHash: txHash, blockNumber } of await eventsOf(chain, from, to)) {
      const place = { txHash, blockNumber: Number(blockNumber) };
      found.set(Number(topics[2]), { ...place, anchoredAt: await timeOf(chain, place.blockNumber) });
    }
    if ((await timeOf(chain, from)) < since) break;
  }
  return found;
}

async function eventsOf({ rpc, contract, logId }: LogOnChain, from: number, to: number) {
  const span = { fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` };
  return (await rpc("eth_getLogs", [
    { address: contract, topics: [anchoredTopic, logId], ...span },
  ])) as AnchoredEvent[];
}

async function timeOf({ rpc }: LogOnChain, block: number): Promise<number> {
  const found = (await rpc("eth_getBlockByNumber", [`0x${block.toString(16)}`, false])) as {
    timestamp: string;
  };
  return Number(found.timestamp) * 1000;
}
