import { AppError } from "#domain/errors.ts";
import type { Rpc } from "#domain/log/chain-view.ts";

/** A block by what can still become of it. */
export type BlockTag = "latest" | "finalized";

/**
 * When a block can't be taken back: by the chain's own `finalized` tag, at once (QBFT, PBFT), or under so many blocks
 * (reference, anchoring.md §6.6).
 */
export type Finality = "tag" | "immediate" | number;

/**
 * The number of the newest block that a tag means on a chain of this finality.
 * @throws AppError BAD_SETTING where the chain names no finalized block
 */
export async function blockNumberAt(rpc: Rpc, tag: BlockTag, finality: Finality): Promise<number> {
  if (tag === "finalized" && finality === "tag") return finalizedNumber(rpc);
  const newest = blockNumberOf(await rpc("eth_blockNumber", []));
  const depth = tag === "finalized" && typeof finality === "number" ? finality : 0;
  return Math.max(0, newest - depth);
}

async function finalizedNumber(rpc: Rpc): Promise<number> {
  const block = (await rpc("eth_getBlockByNumber", ["finalized", false])) as { number: string } | null;
  if (block === null)
    throw new AppError(
      "BAD_SETTING",
      "the chain names no finalized block: set CHAIN_FINALITY where it has none",
    );
  return blockNumberOf(block.number);
}

function blockNumberOf(answer: unknown): number {
  if (typeof answer === "string" && /^0x[0-9a-f]{1,12}$/i.test(answer)) return Number(answer);
  throw new AppError("UNAVAILABLE", "The chain's answer names no block");
}
