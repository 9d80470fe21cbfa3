import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import type { HeadsPage } from "#domain/log/heads-page.ts";
import { changeHeads } from "#domain/log/heads-pages.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import { headsPagesSize, listHeadsPages } from "#store/heads-pages.ts";
import { listHeadsAt } from "#store/stretches.ts";
import { headsStream } from "../heads-keeper.ts";
import type { Finding } from "./finding.ts";
import { copyDiffers } from "./kept-copy.ts";

const rowsAtOnce = 5_000;
/** A plan in between moves the pages on: then they are looked at again. */
const triesMax = 5;

/**
 * Holds the kept pages of the heads tree, from which proofs of a stream's end are built, against the newest entries of all streams.
 * @throws AppError UNAVAILABLE where they moved on each time they were looked at
 */
export async function auditHeadsPages(store: Store): Promise<Finding[]> {
  const sizeNow = () => store.as({ role: "worker" }, headsPagesSize);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const size = await sizeNow();
    const heads = await store.as({ role: "worker" }, (tx) => listHeadsAt(tx, size, 0));
    const own = heads.filter(({ stream }) => !equalBytes(stream, headsStream));
    const { pages } = await changeHeads(own, async () => new Map(), fastSha256);
    const differing = size === 0 ? [] : await differingPlaces(store, pages);
    if ((await sizeNow()) !== size) continue;
    return differing.map((place) =>
      copyDiffers(`page "${place}" of the heads tree is not what the log's entries give`),
    );
  }
  throw new AppError("UNAVAILABLE", "the heads tree moved on each time it was looked at");
}

function keptAfter(store: Store, after: string | null): ReturnType<typeof listHeadsPages> {
  return store.as({ role: "worker" }, (tx) => listHeadsPages(tx, { after, limit: rowsAtOnce }));
}

/** Places whose page is another one, is missing, or should not be there. */
async function differingPlaces(store: Store, pages: ReadonlyMap<string, HeadsPage>): Promise<string[]> {
  const left = new Map(pages);
  const differing: string[] = [];
  let after: string | null = null;
  for (;;) {
    const kept = await keptAfter(store, after);
    for (const { place, page } of kept) {
      const own = left.get(place);
      if (own === undefined || !equalBytes(own.bytes, page)) differing.push(place);
      left.delete(place);
    }
    const last = kept.at(-1);
    if (last === undefined) return [...differing, ...left.keys()];
    after = last.place;
  }
}
