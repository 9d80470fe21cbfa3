import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import type { Head } from "#domain/log/head.ts";
import { sortedHeadsRoot } from "#domain/log/sorted-heads-root.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store, Tx } from "#store/connect.ts";
import { holdLog, listStreamHeads, logSize } from "#store/entries.ts";
import { catchUpHeads, headsStream, keepHeads } from "./heads-keeper.ts";

const headsAtOnce = 20_000;

/**
 * Holds the kept pages of the heads tree against the newest entries of all streams: a root that they don't give must never be anchored,
 * as it could not be taken back. Once after each start; reads every stream's head.
 * @throws AppError INTERNAL when they differ: nothing may be anchored then
 */
export async function checkHeads(store: Store): Promise<boolean> {
  await catchUpHeads(store);
  return store.as({ role: "worker" }, async (tx) => {
    await holdLog(tx);
    const kept = await keepHeads(tx, await logSize(tx));
    const root = await sortedHeadsRoot(pagesOfHeads(tx), fastSha256);
    if (equalBytes(kept.root, root)) return true;
    throw new AppError(
      "INTERNAL",
      "the pages of the heads tree are not what the log's streams give: nothing is anchored (docs/anchoring.md, heads_tree)",
    );
  });
}

async function* pagesOfHeads(tx: Tx): AsyncIterable<readonly Head[]> {
  for (let after: Uint8Array | null = null; ; ) {
    const page: Head[] = await listStreamHeads(tx, { after, limit: headsAtOnce });
    yield page.filter(({ stream }) => !equalBytes(stream, headsStream));
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.stream;
  }
}
