import { createHash } from "node:crypto";

/**
 * RFC 9162 §2.1 over n copies of one leaf, where a subtree's root depends on its size alone: trees of any size at no cost.
 * Written apart from `domain/log`, so that contract and domain aren't judged by the same code.
 */
const roots = new Map<number, string>([[1, sha256(`00${"5a".repeat(32)}`)]]);

/** The root over `size` leaves, as 0x-hex; `size` ≥ 1 (§2.1.1). */
export function root(size: number): string {
  return `0x${subtreeRoot(size)}`;
}

/** PROOF(m, D[n]) as 0x-hex, 0 < m ≤ n (§2.1.4.1). */
export function consistencyProof(m: number, n: number): string[] {
  return subproof(m, n, true).map((hash) => `0x${hash}`);
}

function subproof(m: number, n: number, complete: boolean): string[] {
  if (m === n) return complete ? [] : [subtreeRoot(n)];
  const k = splitOf(n);
  if (m <= k) return [...subproof(m, k, complete), subtreeRoot(n - k)];
  return [...subproof(m - k, n - k, false), subtreeRoot(k)];
}

function subtreeRoot(size: number): string {
  const known = roots.get(size);
  if (known !== undefined) return known;
  const k = splitOf(size);
  const hash = sha256(`01${subtreeRoot(k)}${subtreeRoot(size - k)}`);
  roots.set(size, hash);
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
