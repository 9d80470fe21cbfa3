import { sha256 } from "@noble/hashes/sha2.js";
import { leafHash, nodeHash } from "./merkle.ts";
import { completedNodes } from "./tree-nodes.ts";

/** An RFC 9162 root over leaves that come one by one; keeps one hash for each level. */
export class GrowingRoot {
  #size = 0n;
  readonly #leftOf = new Map<number, Uint8Array>();

  get size(): number {
    return Number(this.#size);
  }

  /** Adds a leaf by its bytes. */
  add(bytes: Uint8Array): void {
    this.addLeaf(leafHash(bytes));
  }

  /** Adds a leaf by its leaf hash. */
  addLeaf(leaf: Uint8Array): void {
    const nodes = completedNodes(this.#size, leaf, (level) => this.#leftOf.get(level) as Uint8Array);
    for (const { level, hash } of nodes) this.#leftOf.set(level, hash);
    this.#size += 1n;
  }

  /** The root over all leaves so far; SHA-256 of nothing before the first. */
  root(): Uint8Array {
    let root: Uint8Array | null = null;
    for (let level = 0; this.#size >> BigInt(level) > 0n; level += 1) {
      if (((this.#size >> BigInt(level)) & 1n) === 0n) continue;
      const left = this.#leftOf.get(level) as Uint8Array;
      root = root === null ? left : nodeHash(left, root);
    }
    return root ?? sha256(new Uint8Array());
  }
}
