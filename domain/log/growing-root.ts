import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { leafHash, nodeHash, type Sha256 } from "./merkle.ts";
import { completedNodes } from "./tree-nodes.ts";

/** An RFC 9162 root over leaves that come one by one; keeps one hash for each level. */
export class GrowingRoot {
  #size = 0n;
  readonly #leftOf = new Map<number, Uint8Array>();
  readonly #sha256: Sha256;

  constructor(sha256: Sha256 = nobleSha256) {
    this.#sha256 = sha256;
  }

  get size(): number {
    return Number(this.#size);
  }

  /** Adds a leaf by its bytes. */
  add(bytes: Uint8Array): void {
    this.addLeaf(leafHash(bytes, this.#sha256));
  }

  /** Adds a leaf by its leaf hash. */
  addLeaf(leaf: Uint8Array): void {
    const leftOf = (level: number) => this.#leftOf.get(level) as Uint8Array;
    const nodes = completedNodes(this.#size, leaf, leftOf, this.#sha256);
    for (const { level, hash } of nodes) this.#leftOf.set(level, hash);
    this.#size += 1n;
  }

  /** The root over all leaves so far; SHA-256 of nothing before the first. */
  root(): Uint8Array {
    let root: Uint8Array | null = null;
    for (let level = 0; this.#size >> BigInt(level) > 0n; level += 1) {
      if (((this.#size >> BigInt(level)) & 1n) === 0n) continue;
      const left = this.#leftOf.get(level) as Uint8Array;
      root = root === null ? left : nodeHash(left, root, this.#sha256);
    }
    return root ?? this.#sha256(new Uint8Array());
  }
}
