import type { TrustFile } from "#domain/log/bundle.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { ChainView, type Rpc } from "#domain/log/chain-view.ts";
import type { PublicRoot } from "./replay-log.ts";

/** The chain that records are held against; without it, or without a trust file, against their own checkpoints only. */
export interface CheckedChain {
  readonly rpc: Rpc | null;
  readonly trust: TrustFile | null;
}

/** The head that the contract holds of our log; none before the first anchor, or without a chain. @throws ChainError */
export async function chainRoot({ rpc, trust }: CheckedChain): Promise<PublicRoot[]> {
  if (rpc === null || trust === null) return [];
  const head = await new ChainView(rpc, trust.contract, trust.logId).head("latest");
  return head.size === 0 ? [] : [{ size: head.size, root: fromHex(head.root), where: "the chain" }];
}
