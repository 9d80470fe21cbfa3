import { setImmediate } from "node:timers/promises";
import { equalBytes, fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { HeadsPage } from "#domain/log/heads-page.ts";
import { type HeadsRoot, type PlannedHeads, planHeads } from "#domain/log/heads-pages.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store, Tx } from "#store/connect.ts";
import { holdLog, logSize, readPlaces } from "#store/entries.ts";
import { headsPagesSize, readHeadsPages, saveHeadsPages } from "#store/heads-pages.ts";

/** The subject of the entries that close anchored trees. */
export const headsSubject = "urn:coldmark:heads";

/** Their own stream, which the tree leaves out. */
export const headsStream = fromHex(streamOf(headsSubject));
const placesAtOnce = 20_000;
/** Pages of one statement. */
const pagesWritten = 1_000;

/**
 * Brings the kept heads tree to the log of `size` entries, the heads stream itself left out; the caller holds the log. It
 * costs what was appended since the last time, whichever process did that, and after a restart no more.
 */
export async function keepHeads(tx: Tx, size: number, pagesAtOnce = pagesWritten): Promise<HeadsRoot> {
  let from = await headsPagesSize(tx);
  for (;;) {
    const to = Math.min(size, from + placesAtOnce);
    const places = await readPlaces(tx, from, to);
    const heads = places.filter(({ stream }) => !equalBytes(stream, headsStream));
    const planned = await planHeads(heads, (wanted) => readHeadsPages(tx, wanted), fastSha256);
    const root = await savePages(tx, planned, { size: to, pagesAtOnce });
    if (to === size) return root;
    from = to;
  }
}

/** Some pages are hashed while PostgreSQL writes those before. */
async function savePages(
  tx: Tx,
  planned: PlannedHeads,
  { size, pagesAtOnce }: { readonly size: number; readonly pagesAtOnce: number },
): Promise<HeadsRoot> {
  const finish = planned.finish();
  let saved = Promise.resolve();
  for (;;) {
    const pages = new Map<string, HeadsPage>();
    let next = finish.next();
    for (; !next.done; next = finish.next()) {
      pages.set(...next.value);
      if (pages.size === pagesAtOnce) break;
    }
    await saved;
    saved = saveHeadsPages(tx, pages, size);
    saved.catch(() => undefined); // heard of at the next await
    await setImmediate(); // a statement leaves with the end of this turn
    if (!next.done) continue;
    await saved;
    return next.value;
  }
}

/**
 * Brings the kept heads tree to the log's end a step at a time: records that never had one hold up appending for a step
 * only, not for the whole log. Broken off, it goes on where it was.
 */
export async function catchUpHeads(store: Store, step = placesAtOnce): Promise<void> {
  for (let left = 1; left > 0; ) {
    left = await store.as({ role: "worker" }, async (tx) => {
      await holdLog(tx);
      const size = await logSize(tx);
      const to = Math.min(size, (await headsPagesSize(tx)) + step);
      await keepHeads(tx, to);
      return size - to;
    });
  }
}
