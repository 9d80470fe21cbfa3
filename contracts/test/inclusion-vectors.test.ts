/**
 * The inclusion vectors through Solidity: through `InclusionProof`, which other contracts may use. `ColdmarkLog` checks
 * no inclusion (design §5), so nothing of this is deployed with it.
 */
import hre, { network } from "hardhat";
import { describe, expect, it } from "vitest";
import { verifyInclusion } from "#domain/log/merkle.ts";
import { areEncodable, bytesOf, readVectors } from "./read-vectors.ts";

interface Vector {
  readonly leafIdx: bigint;
  readonly treeSize: bigint;
  readonly leafHash: string | null;
  readonly root: string | null;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

describe("RFC 9162 inclusion vectors of transparency-dev/merkle in Solidity", () => {
  const all = readVectors<Vector>("inclusion");
  const encodable = all.filter(({ vector }) => areEncodable(hashesOf(vector)));

  it("decides every encodable one as the vector says", async () => {
    expect([all.length, encodable.length]).toEqual([98, 72]);
    expect(encodable.filter(({ vector }) => !vector.wantErr)).toHaveLength(6);
    await hre.tasks.getTask("compile").run({ quiet: true });
    const { ethers } = await network.connect();
    const harness = await ethers.deployContract("InclusionHarness");
    const verify = harness.getFunction("verify");
    const wrong: string[] = [];
    for (const { name, vector } of encodable) {
      const [leafHash, root, ...proof] = hashesOf(vector);
      const holds = await verify.staticCall(vector.leafIdx, vector.treeSize, leafHash, root, proof);
      if (holds === vector.wantErr) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  it("leaves out only what can't be encoded, all of which TypeScript refuses", () => {
    const others = all.filter((one) => !encodable.includes(one));
    expect(others).toHaveLength(26);
    expect(others.filter(({ vector }) => !vector.wantErr || holdsInTypeScript(vector))).toEqual([]);
    expect(encodable.filter(({ vector }) => holdsInTypeScript(vector))).toHaveLength(6);
  });
});

function holdsInTypeScript(vector: Vector): boolean {
  const [leafHash, root, ...proof] = hashesOf(vector) as [Uint8Array, Uint8Array, ...Uint8Array[]];
  return verifyInclusion({ index: vector.leafIdx, size: vector.treeSize, leafHash, root, proof });
}

function hashesOf({ leafHash, root, proof }: Vector): Uint8Array[] {
  return bytesOf([leafHash, root, ...(proof ?? [])]);
}
