/**
 * The `heads` tree: which entry is the last of every stream. A binary prefix tree over 32-byte stream ids, the
 * first bit of the id at the root. A subtree without a stream is 32 zero bytes; one that holds a single stream IS
 * that stream's leaf hash, at whatever depth; any other is an internal node. The root depends on the heads alone,
 * not on the order they came in. One bit string leads to one end, so presence and absence are both provable.
 */
import { AppError } from "../errors.ts";
import { equalBytes, fromHex, isHash, toHex } from "./bytes.ts";
import { bitAt, checkedHead, emptyHash, type Head, headHash, innerHash, refuseUnlessHash } from "./head.ts";
import type { Sha256 } from "./merkle.ts";

/** A head as it stands in a proof: lower-case hex. */
interface HeadJson {
  readonly stream: string;
  readonly seq: number;
  readonly leaf: string;
}

/**
 * The way from the root towards a stream: sibling hashes in hex from top to bottom ("" for an empty subtree), then
 * its end: the stream's own `seq` and `leaf`, or the `other` stream that alone holds the subtree, or nothing.
 */
export interface HeadsProof {
  readonly siblings: readonly string[];
  readonly seq?: number;
  readonly leaf?: string;
  readonly other?: HeadJson;
}

/** What a heads proof shows of a stream. */
type HeadsAnswer = { present: true; seq: number; leaf: Uint8Array } | { present: false };

/** A heads tree that is kept: a changed head costs O(depth), a proof too. */
export interface HeadsTree {
  /** The root over all heads; hashes only what changed since it was last asked. */
  readonly root: Uint8Array;
  /** Puts a stream's head in, in place of the one it had. @throws AppError BAD_REQUEST on an ill-formed head */
  set(head: Head): void;
  /** Another tree with the same heads, at no cost: both go on by themselves and share what neither changes. */
  branch(): HeadsTree;
  /** The proof that a stream is present with its head, or absent. @throws AppError BAD_REQUEST on an ill-formed id */
  proof(stream: Uint8Array): HeadsProof;
}

interface Inner {
  left: Node;
  right: Node;
  /** Null while a head beneath has changed since it was last hashed. */
  hash: Uint8Array | null;
  /** The tree that may change it in place; every other one changes a copy. */
  readonly owner: object;
}

type Node = Inner | Head | null;

const depthMax = 256;

/** The heads tree of some streams. @throws AppError BAD_REQUEST when a head is ill-formed or a stream comes twice */
export function buildHeadsTree(heads: Iterable<Head>, sha256?: Sha256): HeadsTree {
  const owner = {};
  let root: Node = null;
  for (const head of heads) {
    const end = endOf(root, checkedHead(head).stream);
    if (end !== null && equalBytes(end.stream, head.stream))
      throw new AppError("BAD_REQUEST", "a stream has two heads");
    root = insert(root, head, 0, owner);
  }
  return treeFrom(root, owner, sha256);
}

function treeFrom(begun: Node, owned: object, sha256: Sha256 | undefined): HeadsTree {
  let [root, owner] = [begun, owned];
  return {
    get root() {
      return new Uint8Array(hashOf(root, sha256));
    },
    set(head) {
      root = insert(root, checkedHead(head), 0, owner);
    },
    branch() {
      owner = {};
      return treeFrom(root, {}, sha256);
    },
    proof(stream) {
      refuseUnlessHash(stream, "a stream id");
      return proofFrom(root, stream, sha256);
    },
  };
}

/** The root over heads, in any order. @throws AppError BAD_REQUEST as `buildHeadsTree` */
export function headsRoot(heads: Iterable<Head>): Uint8Array {
  return buildHeadsTree(heads).root;
}

/** One proof; for many of the same heads build the tree once. @throws AppError BAD_REQUEST as `buildHeadsTree` */
export function headsProof(heads: Iterable<Head>, stream: Uint8Array): HeadsProof {
  return buildHeadsTree(heads).proof(stream);
}

/**
 * What a proof shows of a stream under a root, or null when the proof is wrong in any way. Never throws. One tree
 * has one proof for a stream: empty subtrees are spelt "", and the last sibling is never empty.
 */
export function verifyHeads(
  root: Uint8Array,
  stream: Uint8Array,
  proof: unknown,
  sha256?: Sha256,
): HeadsAnswer | null {
  try {
    return checkHeads(root, stream, proof as HeadsProof, sha256);
  } catch {
    return null;
  }
}

function checkHeads(
  root: Uint8Array,
  stream: Uint8Array,
  proof: HeadsProof,
  sha256?: Sha256,
): HeadsAnswer | null {
  const { siblings, seq, leaf, other, ...unknown } = proof;
  const isShaped =
    Array.isArray(siblings) && siblings.length <= depthMax && Object.keys(unknown).length === 0;
  if (!isShaped || !isHash(root) || !isHash(stream) || siblings.at(-1) === "") return null;
  const end = endFromJson(stream, { seq, leaf, other });
  if (end === undefined) return null;
  const isForeign = end !== null && other !== undefined;
  if (isForeign && !sharesPrefix(end.stream, stream, siblings.length)) return null;
  const folded = fold(siblings.map(siblingFromJson), stream, hashOf(end, sha256), sha256);
  if (!equalBytes(folded, root)) return null;
  return end === null || isForeign ? { present: false } : { present: true, seq: end.seq, leaf: end.leaf };
}

/** The head a proof ends in, null for an empty subtree, undefined when it says both or half of either. */
function endFromJson(stream: Uint8Array, { seq, leaf, other }: Partial<HeadsProof>): Head | null | undefined {
  if (other === undefined) {
    if (seq === undefined && leaf === undefined) return null;
    return seq === undefined || leaf === undefined
      ? undefined
      : checkedHead({ stream, seq, leaf: fromHex(leaf) });
  }
  if (seq !== undefined || leaf !== undefined || Object.keys(other).length !== 3) return undefined;
  return checkedHead({ stream: fromHex(other.stream), seq: other.seq, leaf: fromHex(other.leaf) });
}

/** An empty subtree has one spelling, so 64 zeros are refused. */
function siblingFromJson(text: string): Uint8Array {
  if (text === "") return emptyHash;
  const hash = fromHex(text);
  if (!isHash(hash) || equalBytes(hash, emptyHash)) throw new AppError("BAD_REQUEST", "not a sibling hash");
  return hash;
}

function fold(siblings: Uint8Array[], stream: Uint8Array, end: Uint8Array, sha256?: Sha256): Uint8Array {
  return siblings.reduceRight(
    (below, sibling, depth) =>
      bitAt(stream, depth) === 1 ? innerHash(sibling, below, sha256) : innerHash(below, sibling, sha256),
    end,
  );
}

/** True for another stream whose place in the tree is also the place of this one. */
function sharesPrefix(other: Uint8Array, stream: Uint8Array, depth: number): boolean {
  if (equalBytes(other, stream)) return false;
  for (let at = 0; at < depth; at += 1) if (bitAt(other, at) !== bitAt(stream, at)) return false;
  return true;
}

function proofFrom(root: Node, stream: Uint8Array, sha256: Sha256 | undefined): HeadsProof {
  const siblings: string[] = [];
  let node = root;
  while (isInner(node)) {
    const isRight = bitAt(stream, siblings.length) === 1;
    const sibling = isRight ? node.left : node.right;
    siblings.push(sibling === null ? "" : toHex(hashOf(sibling, sha256)));
    node = isRight ? node.right : node.left;
  }
  if (node === null) return { siblings };
  const end = { seq: node.seq, leaf: toHex(node.leaf) };
  return equalBytes(node.stream, stream)
    ? { siblings, ...end }
    : { siblings, other: { stream: toHex(node.stream), ...end } };
}

/** The node with a head put in; inner nodes on the way lose their hash, and those of another owner are copied. */
function insert(node: Node, head: Head, depth: number, owner: object): Inner | Head {
  if (node === null) return head;
  if (!isInner(node)) {
    if (equalBytes(node.stream, head.stream)) return head;
    const parted: Inner = { left: null, right: null, hash: null, owner };
    return insert(insert(parted, node, depth, owner), head, depth, owner);
  }
  const own = node.owner === owner ? node : { ...node, owner };
  if (bitAt(head.stream, depth) === 1) own.right = insert(own.right, head, depth + 1, owner);
  else own.left = insert(own.left, head, depth + 1, owner);
  own.hash = null;
  return own;
}

function endOf(root: Node, stream: Uint8Array): Head | null {
  let node = root;
  for (let depth = 0; isInner(node); depth += 1) node = bitAt(stream, depth) === 1 ? node.right : node.left;
  return node;
}

function hashOf(node: Node, sha256?: Sha256): Uint8Array {
  if (node === null) return emptyHash;
  if (!isInner(node)) return headHash(node, sha256);
  node.hash ??= innerHash(hashOf(node.left, sha256), hashOf(node.right, sha256), sha256);
  return node.hash;
}

function isInner(node: Node): node is Inner {
  return node !== null && "left" in node;
}
