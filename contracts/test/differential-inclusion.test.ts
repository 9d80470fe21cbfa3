/**
 * TypeScript beside Solidity: both must decide every inclusion claim alike, sound or not. `COLDMARK_SEED` repeats a
 * run, `COLDMARK_LONG` makes it the long one.
 */
import hre, { network } from "hardhat";
import { beforeAll, describe, expect, it } from "vitest";
import { equalBytes } from "#domain/log/bytes.ts";
import { verifyInclusion } from "#domain/log/merkle.ts";
import { randomOf } from "#test/support/random.ts";
import { tellClaim } from "./claim-parts.ts";
import { type Inclusion, mutateInclusion, trueInclusion } from "./random-inclusion.ts";

const seed = Number(process.env.COLDMARK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const cases = process.env.COLDMARK_LONG === undefined ? 1_500 : 60_000;
const atATime = 300;
const anHour = 3_600_000;

type Verify = (claim: Inclusion) => boolean;

/** A claim and what Solidity says of it. */
interface Decided {
  readonly index: number;
  readonly claim: Inclusion;
  readonly verdict: boolean;
}

describe(`verifyInclusion in TypeScript and Solidity, COLDMARK_SEED=${seed}`, () => {
  let decideEach: (claims: readonly Inclusion[], from: number) => Promise<Decided[]>;
  let first: Decided[] = [];
  beforeAll(async () => {
    await hre.tasks.getTask("compile").run({ quiet: true });
    const { ethers } = await network.connect();
    const harness = await ethers.deployContract("InclusionHarness");
    const verifyEach = harness.getFunction("verifyEach");
    decideEach = async (claims, from) => {
      const verdicts: boolean[] = await verifyEach.staticCall(claims);
      return claims.map((claim, n) => ({ index: from + n, claim, verdict: verdicts[n] === true }));
    };
    first = await decideEach(claimsFrom(0), 0);
    // Chance may leave these out of so few: true ones with what a careless verifier passes over.
    const trueOnes = first.filter(({ verdict }) => verdict).map(({ claim }) => claim);
    first.push(...(await decideEach(trueOnes.flatMap(nearlyTrue), atATime)));
  });

  it("agree on every claim, and take every true one", { timeout: anHour }, async () => {
    let taken = 0;
    for (let from = 0; from < cases; from += atATime) {
      const decided = await decideEach(claimsFrom(from), from);
      expect(differences(decided, verifyInclusion)).toEqual([]);
      expect(decided.filter(({ index, verdict }) => isTrue(index) && !verdict)).toEqual([]);
      taken += decided.filter(({ verdict }) => verdict).length;
    }
    expect(taken).toBeLessThan(cases / 2);
  });

  /** The control: verifiers with a fault that people did make. */
  it.each<[string, Verify]>([
    ["takes numbers modulo 2^32", (claim) => verifyInclusion(lowBits(claim))],
    [
      "ignores a node too many",
      (claim) => verifyInclusion(claim) || verifyInclusion({ ...claim, proof: claim.proof.slice(0, -1) }),
    ],
    [
      "turns an index beyond the tree back into it",
      (claim) => verifyInclusion({ ...claim, index: claim.index % (claim.size || 1n) }),
    ],
    [
      "takes the root itself for a leaf",
      (claim) => verifyInclusion(claim) || equalBytes(claim.leafHash, claim.root),
    ],
  ])("notice a verifier that %s", (_, verify) => {
    expect(differences(first, verifyInclusion)).toEqual([]);
    expect(differences(first, verify)).not.toEqual([]);
  });
});

function differences(decided: readonly Decided[], verify: Verify): string[] {
  return decided
    .filter(({ claim, verdict }) => verify(claim) !== verdict)
    .map(({ index, claim, verdict }) => `case ${index}, in Solidity ${verdict}: ${tellClaim(claim)}`);
}

/** Every third claim is true; the others have something changed. */
function claimsFrom(from: number): Inclusion[] {
  return Array.from({ length: atATime }, (_, n) => {
    const random = randomOf(seed, from + n);
    const claim = trueInclusion(random);
    return isTrue(from + n) ? claim : mutateInclusion(claim, random);
  });
}

function isTrue(index: number): boolean {
  return index % 3 === 0;
}

function nearlyTrue(claim: Inclusion): Inclusion[] {
  const { index, size, root, proof } = claim;
  return [
    { ...claim, proof: [...proof, root] },
    { ...claim, index: index + size },
    { ...claim, leafHash: root, index, size: size + 1n, proof: [] },
  ];
}

function lowBits(claim: Inclusion): Inclusion {
  return { ...claim, index: BigInt.asUintN(32, claim.index), size: BigInt.asUintN(32, claim.size) };
}
