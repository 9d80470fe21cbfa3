import { equalBytes, fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { changeHeads } from "#domain/log/heads-pages.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store, Tx } from "#store/connect.ts";
import { holdLog, logSize, readPlaces } from "#store/entries.ts";
import { headsPagesSize, readHeadsPages, saveHeadsPages } from "#store/heads-pages.ts";

/** The subject of the entries that close anchored trees. */
export const headsSubject = "urn:coldmark:heads";

/** Their own stream, which the tree leaves out. */
export const headsStream = fromHex(streamOf(headsSubject));
const placesAtOnce = 20_000;

/** Root and number of streams of a heads tree. */
export interface HeadsRoot {
  readonly root: Uint8Array;
  readonly streams: number;
}

/**
 * Brings the kept heads tree to the log of `size` entries, the heads stream itself left out; the caller holds the log. It
 * costs what was appended since the last time, whichever process did that, and after a restart no more.
 */
export async function keepHeads(tx: Tx, size: number): Promise<HeadsRoot> {
  let from = await headsPagesSize(tx);
  for (;;) {
    const to = Math.min(size, from + placesAtOnce);
    const places = await readPlaces(tx, from, to);
    const heads = places.filter(({ stream }) => !equalBytes(stream, headsStream));
    const changed = await changeHeads(heads, (wanted) => readHeadsPages(tx, wanted), fastSha256);
    await saveHeadsPages(tx, changed.pages, to);
    if (to === size) return changed;
    from = to;
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
