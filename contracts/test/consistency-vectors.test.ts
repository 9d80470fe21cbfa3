import hre, { network } from "hardhat";
import { describe, expect, it } from "vitest";
import { areEncodable, bytesOf, readVectors } from "./read-vectors.ts";

interface Vector {
  readonly size1: bigint;
  readonly size2: bigint;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

describe("RFC 9162 consistency vectors of transparency-dev/merkle on chain", () => {
  it("decides every encodable one as the vector says", async () => {
    const all = readVectors<Vector>("consistency");
    const encodable = all.filter(({ vector }) => areEncodable(hashesOf(vector)));
    expect([all.length, encodable.length]).toEqual([98, 71]);
    expect(encodable.filter(({ vector }) => !vector.wantErr)).toHaveLength(5);
    await hre.tasks.getTask("compile").run({ quiet: true });
    const { ethers } = await network.connect();
    const harness = await ethers.deployContract("ConsistencyHarness");
    const verify = harness.getFunction("verify");
    const wrong: string[] = [];
    for (const { name, vector } of encodable) {
      const [root1, root2, ...proof] = hashesOf(vector);
      const holds = await verify.staticCall(vector.size1, vector.size2, root1, root2, proof);
      if (holds === vector.wantErr) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });
});

function hashesOf({ root1, root2, proof }: Vector): Uint8Array[] {
  return bytesOf([root1, root2, ...(proof ?? [])]);
}
