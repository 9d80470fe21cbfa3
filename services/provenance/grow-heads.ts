import { setImmediate as othersTurn } from "node:timers/promises";
import { equalBytes, fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { HeadsTree } from "#domain/log/prefix-tree.ts";
import type { Tx } from "#store/connect.ts";
import { listHeadsAt } from "#store/stretches.ts";

const headsStream = fromHex(streamOf("urn:coldmark:heads"));

/** Some milliseconds of hashing, after which the process sees to others. */
const headsAtOnce = 500;

/**
 * Brings a heads tree of the log's first `from` entries to its first `to`, the heads stream itself left out. It costs the
 * streams that said something in between; from 0 it builds the tree.
 */
export async function growHeads(
  tx: Tx,
  tree: HeadsTree,
  { from, to }: { from: number; to: number },
): Promise<void> {
  if (from === to) return;
  const heads = await listHeadsAt(tx, to, from);
  for (let at = 0; at < heads.length; at += headsAtOnce) {
    const some = heads.slice(at, at + headsAtOnce);
    for (const head of some) if (!equalBytes(head.stream, headsStream)) tree.set(head);
    // Hashes what these changed now: the heads come in the tree's order, and the first proof would hash all at once.
    void tree.root;
    await othersTurn();
  }
}
