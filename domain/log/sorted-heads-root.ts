import {
  checkedHead,
  compareStreams,
  emptyHash,
  type Head,
  headHash,
  innerHash,
  liftedHash,
  partingOf,
} from "./head.ts";
import type { Sha256 } from "./merkle.ts";

/** A subtree: its hash, a stream in it, and the depth at which its streams part; null where it is one stream's alone. */
interface Subtree {
  readonly hash: Uint8Array;
  readonly stream: Uint8Array;
  readonly partsAt: number | null;
}

/** A subtree whose sibling to the right is still to come: their streams part at `depth`. */
interface Left extends Subtree {
  readonly depth: number;
}

/**
 * The root of the `heads` tree (as `headsRoot`) over streams that come in rising order of their ids, page by page; holds no more
 * than one subtree for each bit of an id, however many streams there are.
 * @throws AppError BAD_REQUEST on an ill-formed head; RangeError when the order isn't rising
 */
export async function sortedHeadsRoot(
  pages: AsyncIterable<readonly Head[]>,
  sha256?: Sha256,
): Promise<Uint8Array> {
  const waiting: Left[] = [];
  let current: Subtree | null = null;
  for await (const page of pages) {
    for (const head of page) {
      const { stream } = checkedHead(head);
      if (current !== null) {
        const depth = risingParting(current.stream, stream);
        waiting.push({ ...closed(waiting, current, depth, sha256), depth });
      }
      current = { hash: headHash(head, sha256), stream, partsAt: null };
    }
  }
  if (current === null) return new Uint8Array(emptyHash);
  return new Uint8Array(lifted(closed(waiting, current, -1, sha256), -1, sha256));
}

/** The subtree that ends with `current`: joined with all to its left that part from it below `depth`. */
function closed(waiting: Left[], current: Subtree, depth: number, sha256?: Sha256): Subtree {
  let joined = current;
  for (let left = waiting.at(-1); left !== undefined && left.depth > depth; left = waiting.at(-1)) {
    waiting.pop();
    const hash = innerHash(lifted(left, left.depth, sha256), lifted(joined, left.depth, sha256), sha256);
    joined = { hash, stream: joined.stream, partsAt: left.depth };
  }
  return joined;
}

/** The hash of a subtree as a child of the node at `depth`; a single stream's is the same at any depth. */
function lifted(subtree: Subtree, depth: number, sha256?: Sha256): Uint8Array {
  if (subtree.partsAt === null) return subtree.hash;
  return liftedHash(subtree, [subtree.partsAt, depth + 1], sha256);
}

/** The depth at which two streams part; the second must be the greater one. */
function risingParting(first: Uint8Array, second: Uint8Array): number {
  if (compareStreams(first, second) >= 0)
    throw new RangeError("streams must come in rising order, each once");
  return partingOf(first, second);
}
