import { headHash, innerHash, liftedHash } from "./head.ts";
import type { HeadsPage } from "./heads-page.ts";
import type { Sha256 } from "./merkle.ts";

/** Records of a page, from … to (excluded), that are all there is below a place of the tree, `depth` bits deep. */
export interface Records {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** A page whose nodes hold where nothing in their range has changed. */
export interface Hashed {
  readonly page: HeadsPage;
  readonly hasChanged: (from: number, to: number) => boolean;
  readonly sha256?: Sha256 | undefined;
}

/** The hash of some records' subtree; nodes above changed ones are hashed and put into the page. One record at least. */
export function nodeOf(hashed: Hashed, { from, to, depth }: Records): Uint8Array {
  const { page, sha256 } = hashed;
  if (to - from === 1) return recordHash(hashed, from, depth);
  const parting = page.parting(from, to - 1);
  const middle = middleOf(page, { from, to, depth: parting });
  if (hashed.hasChanged(from, to)) {
    const left = nodeOf(hashed, { from, to: middle, depth: parting + 1 });
    const right = nodeOf(hashed, { from: middle, to, depth: parting + 1 });
    page.setNode(middle, innerHash(left, right, sha256));
  }
  return liftedHash({ hash: page.node(middle), stream: page.key(from) }, [parting, depth], sha256);
}

/** Where the records whose bit at this depth is 1 begin; all of them share the bits above. */
export function middleOf(page: HeadsPage, { from, to, depth }: Records): number {
  let [low, high] = [from, to];
  while (low < high) {
    const at = (low + high) >> 1;
    if (page.bit(at, depth) === 1) high = at;
    else low = at + 1;
  }
  return low;
}

function recordHash({ page, sha256 }: Hashed, at: number, depth: number): Uint8Array {
  const head = page.head(at);
  if (head !== null) return headHash(head, sha256);
  const ends = 4 * page.digits(at);
  return liftedHash({ hash: page.rootBelow(at).hash, stream: page.key(at) }, [ends, depth], sha256);
}
