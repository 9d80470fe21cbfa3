import { AppError } from "#domain/errors.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { ChainView, type Rpc } from "#domain/log/chain-view.ts";
import { openCheckpoint, vkeyOf } from "#domain/log/checkpoint.ts";
import { TileFolder } from "#store/tile-folder.ts";
import type { PublicRoot } from "../audit/replay-log.ts";

/** Our log in its contract, as it can be asked for. */
export interface LogOnChain {
  readonly rpc: Rpc;
  readonly contract: string;
  readonly logId: string;
}

/** What says how the log must be: the signed checkpoint beside the copy, and the contract's head. */
export interface VouchedRoots {
  readonly roots: readonly PublicRoot[];
  /** The entries that one of them stands for; 0 without any. */
  readonly size: number;
  /** How many entries the contract's latest and finalized heads hold; null where no chain was asked. */
  readonly chain: { readonly latest: number; readonly finalized: number } | null;
}

/**
 * Reads what the copy in a folder must give: what our own key signed of it there, and what the chain holds.
 * @throws AppError CONFLICT where the checkpoint is not by this log's key; ChainError where the chain can't answer
 */
export async function vouchedRoots(
  folder: string,
  { origin, publicKey, chain }: { origin: string; publicKey: Uint8Array; chain: LogOnChain | null },
): Promise<VouchedRoots> {
  const heads = chain === null ? null : await headsOf(chain);
  const signed = await signedRoot(folder, { origin, publicKey });
  const roots = [...(signed === null ? [] : [signed]), ...(heads?.roots ?? [])];
  return { roots, size: Math.max(0, ...roots.map(({ size }) => size)), chain: heads };
}

async function headsOf({ rpc, contract, logId }: LogOnChain) {
  const view = new ChainView(rpc, contract, logId);
  // The finalized one first: it is never ahead of the latest then. Before the contract's block there is none yet.
  const finalized = await view.head("finalized").then(
    ({ size }) => size,
    () => 0,
  );
  const { size: latest, root } = await view.head("latest");
  const roots = latest === 0 ? [] : [{ size: latest, root: fromHex(root), where: "the chain" }];
  return { latest, finalized: Math.min(finalized, latest), roots };
}

async function signedRoot(
  folder: string,
  { origin, publicKey }: { origin: string; publicKey: Uint8Array },
): Promise<PublicRoot | null> {
  const note = await new TileFolder(folder).checkpoint();
  if (note === null) return null;
  const opened = openCheckpoint(note, [vkeyOf(origin, publicKey)]);
  if ("error" in opened || opened.origin !== origin)
    throw new AppError(
      "CONFLICT",
      "the checkpoint beside the copy is not signed by this log's key: is LOG_ORIGIN the same, and are the keys of DATA_DIR/keys back?",
    );
  return { size: Number(opened.size), root: opened.root, where: "the checkpoint beside the copy" };
}
