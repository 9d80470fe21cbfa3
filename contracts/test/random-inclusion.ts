import type { InclusionClaim } from "#domain/log/merkle.ts";
import type { Random } from "#test/support/random.ts";
import { bytesOf, flipBit, largest, otherSize, randomSize } from "./claim-parts.ts";
import { inclusionProof, leaf, root } from "./uniform-tree.ts";

/** An inclusion claim as both sides take it: numbers below 2^64, every hash of 32 bytes. */
export interface Inclusion extends InclusionClaim {
  readonly index: bigint;
  readonly size: bigint;
}

/** A true claim in a tree of up to 2^40 leaves, some of them marked, its own leaf every second time. */
export function trueInclusion(random: Random): Inclusion {
  const size = randomSize(random, largest);
  const index = random.chance(20) ? size - 1 : randomSize(random, size) - 1;
  const marks = [randomSize(random, size) - 1, ...(random.chance(50) ? [index] : [])];
  return {
    index: BigInt(index),
    size: BigInt(size),
    leafHash: bytesOf(leaf(index, marks)),
    root: bytesOf(root(size, marks)),
    proof: inclusionProof(index, size, marks).map(bytesOf),
  };
}

/** The claim with one thing changed; now and then it is still true, and both sides must say so. */
export function mutateInclusion(claim: Inclusion, random: Random): Inclusion {
  const { index, size, leafHash, root, proof } = claim;
  const at = random.below(proof.length + 1);
  return random.pick<() => Inclusion>([
    () => ({ ...claim, leafHash: flipBit(leafHash, random) }),
    () => ({ ...claim, root: flipBit(root, random) }),
    () => ({ ...claim, leafHash: root, root: leafHash }),
    () => ({ ...claim, proof: proof.map((node, n) => (n === at ? flipBit(node, random) : node)) }),
    () => ({ ...claim, proof: proof.toSpliced(at, 1) }),
    () => ({ ...claim, proof: proof.toSpliced(at, 0, random.bytes(32)) }),
    () => ({ ...claim, proof: proof.toSpliced(at, 0, proof[at] ?? root) }),
    () => ({ ...claim, proof: proof.toReversed() }),
    () => ({ ...claim, proof: [] }),
    () => ({ ...claim, index: otherSize(index, random) }),
    () => ({ ...claim, size: otherSize(size, random) }),
    () => ({ ...claim, index: size, size: index }),
    () => ({ ...claim, index: size }),
    () => ({ ...claim, size: 0n }),
    () => ({ ...claim, index: index ^ 1n }),
    () => ({ ...claim, index: 0n, size: 1n, leafHash: root, proof: [] }),
  ])();
}
