import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, toHex } from "./bytes.ts";
import {
  type ConsistencyClaim,
  consistencyProof,
  type InclusionClaim,
  inclusionProof,
  leafHash,
  nodeHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";

/** The leaves and roots that RFC 6962 implementations share (reference/anchoring.md §3). */
const inputs = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const known = inputs.map((hex) => leafHash(fromHex(hex)));
const leaves = Array.from({ length: 130 }, (_, at) => leafHash(Uint8Array.of(at)));
const roots = leaves.map((_, at) => treeRoot(leaves.slice(0, at + 1)));

function rootOf(size: number): Uint8Array {
  return roots[size - 1] as Uint8Array;
}

function inclusionClaim(index: number, size: number): InclusionClaim {
  const proof = inclusionProof(leaves.slice(0, size), BigInt(index));
  return {
    index: BigInt(index),
    size: BigInt(size),
    leafHash: leaves[index] as Uint8Array,
    proof,
    root: rootOf(size),
  };
}

function consistencyClaim(size1: number, size2: number): ConsistencyClaim {
  const proof = consistencyProof(leaves.slice(0, size2), BigInt(size1));
  return { size1: BigInt(size1), size2: BigInt(size2), root1: rootOf(size1), root2: rootOf(size2), proof };
}

/** A leaf index below a tree size. */
const place = fc.integer({ min: 1, max: 130 }).chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));
const flip = fc.record({ element: fc.nat(), byte: fc.nat(31), mask: fc.integer({ min: 1, max: 255 }) });

function flipped(proof: readonly Uint8Array[], change: { element: number; byte: number; mask: number }) {
  const target = change.element % proof.length;
  return proof.map((hash, at) =>
    at === target ? hash.map((byte, offset) => (offset === change.byte ? byte ^ change.mask : byte)) : hash,
  );
}

describe("treeRoot", () => {
  it.each([
    [0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"],
    [8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
  ])("of the known %i leaves is the known root", (size, root) => {
    expect(toHex(treeRoot(known.slice(0, size)))).toBe(root);
  });

  it("splits at the largest power of two below the size (RFC 9162 §2.1.1)", () => {
    for (let size = 2; size <= 130; size += 1) {
      const split = 2 ** Math.ceil(Math.log2(size) - 1);
      const [left, right] = [treeRoot(leaves.slice(0, split)), treeRoot(leaves.slice(split, size))];
      expect(rootOf(size)).toEqual(nodeHash(left, right));
    }
  });

  it("refuses leaves that are not hashes", () => {
    expect(() => treeRoot([new Uint8Array(31)])).toThrow("leaf hashes of 32 bytes");
    expect(() => inclusionProof([new Uint8Array(0)], 0n)).toThrow("leaf hashes of 32 bytes");
  });
});

describe("inclusion", () => {
  it("is proved for every leaf of every tree up to 70", () => {
    for (let size = 1; size <= 70; size += 1) {
      for (let index = 0; index < size; index += 1) {
        expect(verifyInclusion(inclusionClaim(index, size)), `${index} of ${size}`).toBe(true);
      }
    }
  });

  it("fails when any byte of the proof, the leaf or the root changes", () => {
    fc.assert(
      fc.property(place, flip, ([index, size], change) => {
        const claim = inclusionClaim(index, size);
        const [leaf, root, ...proof] = flipped([claim.leafHash, claim.root, ...claim.proof], change);
        expect(
          verifyInclusion({ ...claim, leafHash: leaf as Uint8Array, root: root as Uint8Array, proof }),
        ).toBe(false);
      }),
    );
  });

  it("fails for another index and for a longer or shorter proof", () => {
    fc.assert(
      fc.property(place, fc.nat(129), ([index, size], other) => {
        const claim = inclusionClaim(index, size);
        expect(verifyInclusion({ ...claim, index: BigInt(other) })).toBe(other === index);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(size === 1);
      }),
    );
  });

  it("takes no inner node for a leaf (C6): 64 bytes of two hashes hash otherwise as an entry", () => {
    const [left, right] = [leaves[0], leaves[1]] as [Uint8Array, Uint8Array];
    const shown = concatBytes(left, right);
    // With the two first leaves as one entry, the tree of four would be one of three.
    const { root, proof } = inclusionClaim(0, 4);
    const asLeaf = { index: 0, size: 2, proof: proof.slice(1), root };
    expect(verifyInclusion({ ...asLeaf, leafHash: leafHash(shown) })).toBe(false);
    // It is the prefix that keeps them apart.
    expect(verifyInclusion({ ...asLeaf, leafHash: sha256(concatBytes(Uint8Array.of(1), shown)) })).toBe(true);
  });

  it("tells three leaves from four with the last one doubled (C6)", () => {
    const three = leaves.slice(0, 3);
    const doubled = [...three, three[2] as Uint8Array];
    expect(treeRoot(doubled)).not.toEqual(treeRoot(three));
    for (const [shown, others] of [
      [three, doubled],
      [doubled, three],
    ] as const) {
      const claim = { index: 2, size: shown.length, leafHash: shown[2] as Uint8Array };
      const proof = inclusionProof(shown, 2);
      expect(verifyInclusion({ ...claim, proof, root: treeRoot(shown) })).toBe(true);
      expect(verifyInclusion({ ...claim, proof, root: treeRoot(others) })).toBe(false);
      expect(verifyInclusion({ ...claim, size: others.length, proof, root: treeRoot(others) })).toBe(false);
    }
  });

  it.each([-1n, 130n, 2 ** 53, 1.5])("has no proof for leaf %s of 130", (index) => {
    expect(() => inclusionProof(leaves, index)).toThrow("outside the tree");
    expect(verifyInclusion({ ...inclusionClaim(0, 130), index })).toBe(false);
  });

  it("takes safe integers as numbers", () => {
    expect(verifyInclusion({ ...inclusionClaim(5, 130), index: 5, size: 130 })).toBe(true);
    expect(inclusionProof(leaves, 5)).toEqual(inclusionProof(leaves, 5n));
  });
});

describe("consistency", () => {
  it("is proved between all sizes up to 70", () => {
    for (let size2 = 1; size2 <= 70; size2 += 1) {
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        expect(verifyConsistency(consistencyClaim(size1, size2)), `${size1} to ${size2}`).toBe(true);
      }
    }
  });

  it("fails when any byte of the proof or of a root changes", () => {
    fc.assert(
      fc.property(place, flip, ([before, size2], change) => {
        const claim = consistencyClaim(before + 1, size2);
        const [root1, root2, ...proof] = flipped([claim.root1, claim.root2, ...claim.proof], change);
        expect(
          verifyConsistency({ ...claim, root1: root1 as Uint8Array, root2: root2 as Uint8Array, proof }),
        ).toBe(false);
      }),
    );
  });

  it("fails for swapped sizes, an empty old tree and trailing hashes", () => {
    const claim = consistencyClaim(6, 13);
    expect(verifyConsistency({ ...claim, size1: 13n, size2: 6n })).toBe(false);
    expect(verifyConsistency({ ...claim, size1: 0n, proof: [] })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: [...claim.proof, claim.root1] })).toBe(false);
    expect(() => consistencyProof(leaves, 0n)).toThrow("outside the tree");
    expect(() => consistencyProof(leaves, 131n)).toThrow("outside the tree");
  });
});

describe("the verifiers", () => {
  it("answer false to anything at all, and never throw", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (index, size, proof) => {
        const [root, hash] = [rootOf(1), rootOf(2)];
        expect(verifyInclusion({ index, size, proof, root, leafHash: hash } as InclusionClaim)).toBe(false);
        expect(
          verifyConsistency({
            size1: index,
            size2: size,
            proof,
            root1: root,
            root2: hash,
          } as ConsistencyClaim),
        ).toBe(false);
      }),
    );
    for (const nothing of [null, undefined, 1]) {
      expect(verifyInclusion(nothing as unknown as InclusionClaim)).toBe(false);
      expect(verifyConsistency(nothing as unknown as ConsistencyClaim)).toBe(false);
    }
  });

  it("refuse hashes that are not 32 bytes and sizes over 64 bits", () => {
    const empty = new Uint8Array(0);
    expect(verifyInclusion({ index: 0n, size: 1n, leafHash: empty, root: empty, proof: [] })).toBe(false);
    const claim = inclusionClaim(0, 1);
    expect(verifyInclusion({ ...claim, size: 2n ** 64n })).toBe(false);
  });
});
