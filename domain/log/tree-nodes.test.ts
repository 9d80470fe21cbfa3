import { describe, expect, it } from "vitest";
import { toHex } from "./bytes.ts";
import { consistencyProof, inclusionProof, leafHash, treeRoot } from "./merkle.ts";
import {
  completedNodes,
  consistencyFromNodes,
  inclusionFromNodes,
  type NodePlace,
  nodesNeededForConsistency,
  nodesNeededForInclusion,
  nodesNeededForRoot,
  type ReadNode,
  rootFromNodes,
} from "./tree-nodes.ts";

const sizeMax = 70;
const leaves = Array.from({ length: sizeMax }, (_, at) => leafHash(Uint8Array.of(at)));
const stored = new Map<string, Uint8Array>();

/** Reads nothing but what was fetched beforehand, as a store would hand it in. */
function readOnly(places: NodePlace[]): ReadNode {
  const fetched = new Map(
    places.map(({ level, index }) => [`${level}/${index}`, stored.get(`${level}/${index}`)]),
  );
  return (level, index) => {
    const hash = fetched.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`node ${level}/${index} was not fetched or not stored`);
    return hash;
  };
}

for (const [size, leaf] of leaves.entries()) {
  const added = completedNodes(BigInt(size), leaf, readOnly(nodesNeededForRoot(BigInt(size))));
  for (const { level, index, hash } of added) stored.set(`${level}/${index}`, hash);
}

describe("tree nodes", () => {
  it("stores every complete subtree once, with its root", () => {
    let count = 0;
    for (let level = 0; 2 ** level <= sizeMax; level += 1) {
      for (let index = 0; (index + 1) * 2 ** level <= sizeMax; index += 1) {
        const covered = leaves.slice(index * 2 ** level, (index + 1) * 2 ** level);
        expect(stored.get(`${level}/${index}`)).toEqual(treeRoot(covered));
        count += 1;
      }
    }
    expect(stored.size).toBe(count);
  });

  it("gives the same roots as the plain tree, from O(log n) nodes", () => {
    for (let size = 0; size <= sizeMax; size += 1) {
      const needed = nodesNeededForRoot(BigInt(size));
      expect(toHex(rootFromNodes(BigInt(size), readOnly(needed)))).toBe(
        toHex(treeRoot(leaves.slice(0, size))),
      );
      expect(needed.length).toBeLessThanOrEqual(Math.floor(Math.log2(size + 1)) + 1);
    }
  });

  it("gives the same inclusion proofs for all sizes", () => {
    for (let size = 1; size <= sizeMax; size += 1) {
      const prefix = leaves.slice(0, size);
      for (let index = 0; index < size; index += 1) {
        const read = readOnly(nodesNeededForInclusion(BigInt(index), BigInt(size)));
        const proof = inclusionFromNodes(BigInt(index), BigInt(size), read).map(toHex);
        expect(proof.join(), `${index} of ${size}`).toBe(
          inclusionProof(prefix, BigInt(index)).map(toHex).join(),
        );
      }
    }
  });

  it("gives the same consistency proofs for all sizes", () => {
    for (let size2 = 1; size2 <= sizeMax; size2 += 1) {
      const prefix = leaves.slice(0, size2);
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const read = readOnly(nodesNeededForConsistency(BigInt(size1), BigInt(size2)));
        const proof = consistencyFromNodes(BigInt(size1), BigInt(size2), read).map(toHex);
        expect(proof.join(), `${size1} to ${size2}`).toBe(
          consistencyProof(prefix, BigInt(size1)).map(toHex).join(),
        );
      }
    }
  });

  it("names few nodes in a very large tree", () => {
    const size = 2n ** 40n - 1n;
    expect(nodesNeededForInclusion(12_345n, size).length).toBeLessThan(100);
    expect(nodesNeededForConsistency(2n ** 39n + 1n, size).length).toBeLessThan(100);
  });

  it("refuses what lies outside the tree", () => {
    expect(() => nodesNeededForInclusion(3n, 3n)).toThrow("outside the tree");
    expect(() => nodesNeededForInclusion(-1n, 3n)).toThrow("outside the tree");
    expect(() => nodesNeededForConsistency(0n, 3n)).toThrow("outside the tree");
    expect(() => nodesNeededForConsistency(4n, 3n)).toThrow("outside the tree");
  });
});
