import { createHash } from "node:crypto";

/**
 * RFC 9162 §2.1 over n leaves that are alike but for a few marked ones: trees of any size at no cost, as the root of a
 * subtree without marks depends on its size alone. Written apart from `domain/log`, so that contract and domain aren't
 * judged by the same code.
 */
const alike = new Map<number, string>([[1, sha256(`00${"5a".repeat(32)}`)]]);

/** Where a subtree begins, and how many leaves it has. */
type Span = readonly [from: number, size: number];

/** The root over `size` leaves, as 0x-hex; `size` ≥ 1 (§2.1.1). */
export function root(size: number, marks: readonly number[] = []): string {
  return `0x${subtreeRoot([0, size], marks)}`;
}

/** The hash of leaf `index`, as 0x-hex (§2.1.1). */
export function leaf(index: number, marks: readonly number[] = []): string {
  return `0x${subtreeRoot([index, 1], marks)}`;
}

/** PATH(index, D[n]) as 0x-hex, from leaf to root, index < n (§2.1.3.1). */
export function inclusionProof(index: number, n: number, marks: readonly number[] = []): string[] {
  return path(index, [0, n], marks).map((hash) => `0x${hash}`);
}

/** PROOF(m, D[n]) as 0x-hex, 0 < m ≤ n (§2.1.4.1). */
export function consistencyProof(m: number, n: number, marks: readonly number[] = []): string[] {
  return subproof(m, [0, n], true, marks).map((hash) => `0x${hash}`);
}

function subproof(m: number, [from, n]: Span, complete: boolean, marks: readonly number[]): string[] {
  if (m === n) return complete ? [] : [subtreeRoot([from, n], marks)];
  const k = splitOf(n);
  const [left, right]: [Span, Span] = [
    [from, k],
    [from + k, n - k],
  ];
  if (m <= k) return [...subproof(m, left, complete, marks), subtreeRoot(right, marks)];
  return [...subproof(m - k, right, false, marks), subtreeRoot(left, marks)];
}

function path(index: number, [from, n]: Span, marks: readonly number[]): string[] {
  if (n === 1) return [];
  const k = splitOf(n);
  const [left, right]: [Span, Span] = [
    [from, k],
    [from + k, n - k],
  ];
  if (index < k) return [...path(index, left, marks), subtreeRoot(right, marks)];
  return [...path(index - k, right, marks), subtreeRoot(left, marks)];
}

function subtreeRoot([from, size]: Span, marks: readonly number[]): string {
  const within = marks.filter((index) => index >= from && index < from + size);
  if (within.length > 0 && size === 1) return sha256(`00${from.toString(16).padStart(64, "0")}`);
  const known = within.length > 0 ? undefined : alike.get(size);
  if (known !== undefined) return known;
  const k = splitOf(size);
  const hash = sha256(`01${subtreeRoot([from, k], within)}${subtreeRoot([from + k, size - k], within)}`);
  if (within.length === 0) alike.set(size, hash);
  return hash;
}

/** The largest power of two below n. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function sha256(hex: string): string {
  return createHash("sha256").update(Buffer.from(hex, "hex")).digest("hex");
}
