/**
 * TypeScript beside Solidity: both must decide every consistency claim alike, sound or not. `COLDMARK_SEED` repeats a
 * run, `COLDMARK_LONG` makes it the long one.
 */
import { AbiCoder, hexlify, keccak256, toBeHex } from "ethers";
import hre, { network } from "hardhat";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyConsistency } from "#domain/log/merkle.ts";
import { randomOf } from "#test/support/random.ts";
import { logId, openBench } from "./bench.ts";
import { tellClaim } from "./claim-parts.ts";
import { type Claim, isExtend, mutate, trueClaim } from "./random-claim.ts";

const seed = Number(process.env.COLDMARK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const isLong = process.env.COLDMARK_LONG !== undefined;
const cases = isLong ? { harness: 60_000, extend: 12_000 } : { harness: 1_500, extend: 300 };
/** `_heads` in the contract's storage; were it another, no extend would be taken. */
const headsSlot = 7n;
const atATime = 300;
const anHour = 3_600_000;

type Verify = (claim: Claim) => boolean;

/** A claim and what the chain says of it. */
interface Decided {
  readonly index: number;
  readonly claim: Claim;
  readonly verdict: boolean;
}

describe(`verifyConsistency in TypeScript and Solidity, COLDMARK_SEED=${seed}`, () => {
  let decide: (from: number) => Promise<Decided[]>;
  let first: Decided[] = [];
  beforeAll(async () => {
    await hre.tasks.getTask("compile").run({ quiet: true });
    const { ethers } = await network.connect();
    const harness = await ethers.deployContract("ConsistencyHarness");
    const verifyEach = harness.getFunction("verifyEach");
    const decideEach = async (claims: readonly Claim[], from: number): Promise<Decided[]> => {
      const verdicts: boolean[] = await verifyEach.staticCall(claims);
      return claims.map((claim, n) => ({ index: from + n, claim, verdict: verdicts[n] === true }));
    };
    decide = (from) => {
      const claims = Array.from({ length: atATime }, (_, n) => claimOf(from + n));
      return decideEach(claims, from);
    };
    first = await decide(0);
    // Chance may leave these out of so few: true ones with a node too many.
    const trueOnes = first.filter(({ verdict }) => verdict);
    first.push(...(await decideEach(trueOnes.map(longer), atATime)));
  });

  it("agree on every claim, and take every true one", { timeout: anHour }, async () => {
    let taken = 0;
    for (let from = 0; from < cases.harness; from += atATime) {
      const decided = await decide(from);
      expect(differences(decided, verifyConsistency)).toEqual([]);
      expect(decided.filter(({ index, verdict }) => isTrue(index) && !verdict)).toEqual([]);
      taken += decided.filter(({ verdict }) => verdict).length;
    }
    expect(taken).toBeLessThan(cases.harness / 2);
  });

  it("and `extend` moves a head exactly where TypeScript takes the proof", { timeout: anHour }, async () => {
    const extend = await extendAt();
    const differ: string[] = [];
    let [asked, taken] = [0, 0];
    for (let index = 0; asked < cases.extend; index += 1) {
      const claim = claimOf(index, 2 ** 24);
      if (!isExtend(claim)) continue;
      asked += 1;
      const refusal = await extend(claim);
      if (refusal === null) taken += 1;
      const expected = verifyConsistency(claim)
        ? null
        : `Inconsistent(${logId},${claim.size1},${claim.size2})`;
      if (refusal !== expected) differ.push(`case ${index}: ${refusal}: ${tellClaim(claim)}`);
    }
    expect(differ).toEqual([]);
    expect(taken).toBeGreaterThanOrEqual(cases.extend / 4);
  });

  /** The control: verifiers with a fault that people did make. */
  it.each<[string, Verify]>([
    ["takes sizes modulo 2^32", (claim) => verifyConsistency(lowBits(claim))],
    ["ignores a node too many", (claim) => verifyConsistency(claim) || verifyConsistency(shorter(claim))],
    [
      "takes every tree as an extension of the empty one",
      (claim) => claim.size1 === 0n || verifyConsistency(claim),
    ],
    [
      "never looks at the old root of equal trees",
      (claim) => claim.size1 === claim.size2 || verifyConsistency(claim),
    ],
  ])("notice a verifier that %s", (_, verify) => {
    expect(differences(first, verify)).not.toEqual([]);
  });
});

function differences(decided: readonly Decided[], verify: Verify): string[] {
  return decided
    .filter(({ claim, verdict }) => verify(claim) !== verdict)
    .map(({ index, claim, verdict }) => `case ${index}, on chain ${verdict}: ${tellClaim(claim)}`);
}

/** Every third claim is true; the others have something changed. */
function claimOf(index: number, growthMost?: number): Claim {
  const random = randomOf(seed, index);
  const claim = trueClaim(random, growthMost);
  return isTrue(index) ? claim : mutate(claim, random);
}

function isTrue(index: number): boolean {
  return index % 3 === 0;
}

function lowBits(claim: Claim): Claim {
  return { ...claim, size1: BigInt.asUintN(32, claim.size1), size2: BigInt.asUintN(32, claim.size2) };
}

function longer({ claim }: Decided): Claim {
  return { ...claim, proof: [...claim.proof, claim.root1] };
}

function shorter(claim: Claim): Claim {
  return { ...claim, proof: claim.proof.slice(0, -1) };
}

/** Asks the committed contract, as if the log's head stood at the claim's first tree: `null` where it extends. */
async function extendAt() {
  const { log, publisher, refusal } = await openBench();
  const slot = BigInt(
    keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [logId, headsSlot])),
  );
  return ({ size1, size2, root1, root2, proof }: Claim) => {
    const packed = (size1 << 160n) | BigInt(publisher.address);
    const stateDiff = { [toBeHex(slot, 32)]: hexlify(root1), [toBeHex(slot + 1n, 32)]: toBeHex(packed, 32) };
    return refusal(publisher, "extend", [logId, size2, root2, proof], { [log]: { stateDiff } });
  };
}
