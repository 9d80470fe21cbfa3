import type { ConsistencyClaim } from "#domain/log/merkle.ts";
import type { Random } from "#test/support/random.ts";
import { bytesOf, flipBit, largest, otherSize, randomSize } from "./claim-parts.ts";
import { consistencyProof, root } from "./uniform-tree.ts";

/** A consistency claim as both sides take it: sizes below 2^64, every hash of 32 bytes. */
export interface Claim extends ConsistencyClaim {
  readonly size1: bigint;
  readonly size2: bigint;
}

/** A true claim between two trees of up to 2^40 leaves, some of them marked; sizes near powers of two are frequent. */
export function trueClaim(random: Random, growthMost = largest): Claim {
  const size1 = randomSize(random, largest - 1);
  const size2 = size1 + randomSize(random, Math.min(growthMost, largest - size1));
  const marks = [size1 - 1, randomSize(random, size1) - 1, randomSize(random, size2) - 1];
  return {
    size1: BigInt(size1),
    size2: BigInt(size2),
    root1: bytesOf(root(size1, marks)),
    root2: bytesOf(root(size2, marks)),
    proof: consistencyProof(size1, size2, marks).map(bytesOf),
  };
}

/** The claim with one thing changed; now and then it is still true, and both sides must say so. */
export function mutate(claim: Claim, random: Random): Claim {
  const { size1, size2, root1, root2, proof } = claim;
  const at = random.below(proof.length + 1);
  return random.pick<() => Claim>([
    () => ({ ...claim, root1: flipBit(root1, random) }),
    () => ({ ...claim, root2: flipBit(root2, random) }),
    () => ({ ...claim, root1: root2, root2: root1 }),
    () => ({ ...claim, proof: proof.map((node, index) => (index === at ? flipBit(node, random) : node)) }),
    () => ({ ...claim, proof: proof.toSpliced(at, 1) }),
    () => ({ ...claim, proof: proof.toSpliced(at, 0, random.bytes(32)) }),
    () => ({ ...claim, proof: proof.toSpliced(at, 0, proof[at] ?? root1) }),
    () => ({ ...claim, proof: proof.toReversed() }),
    () => ({ ...claim, proof: [] }),
    () => ({ ...claim, size1: otherSize(size1, random) }),
    () => ({ ...claim, size2: otherSize(size2, random) }),
    () => ({ ...claim, size1: size2, size2: size1 }),
    () => ({ ...claim, size1: 0n }),
    () => ({ ...claim, size1: size2 }),
    () => ({ ...claim, size1: size2, root1: root2, proof: [] }),
  ])();
}

/** Whether the contract's `extend` can be asked for it: it grows by 1 to 2^24 from a tree that isn't empty. */
export function isExtend({ size1, size2 }: Claim): boolean {
  return size1 > 0n && size2 > size1 && size2 - size1 <= 2n ** 24n && size2 < 2n ** 48n;
}
