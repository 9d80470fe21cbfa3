import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import hre, { network } from "hardhat";
import { describe, expect, it } from "vitest";

const folder = path.join(
  process.env.COLDMARK_SHARED ?? path.resolve(import.meta.dirname, "../../../shared"),
  "data/transparency-dev-merkle/testdata/consistency",
);

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
    const all = readVectors();
    const encodable = all.filter(({ vector }) => hashesOf(vector).every((hash) => hash.length === 32));
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

function readVectors(): { name: string; vector: Vector }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name, vector: parseVector(readFileSync(path.join(folder, name), "utf8")) }));
}

/** Sizes go above 2^53, so they are read from the source text. */
function parseVector(text: string): Vector {
  return JSON.parse(text, (key, value, context?: { source?: string }) =>
    key === "size1" || key === "size2" ? BigInt(context?.source ?? value) : value,
  );
}

function hashesOf({ root1, root2, proof }: Vector): Buffer[] {
  return [root1, root2, ...(proof ?? [])].map((hash) => Buffer.from(hash, "base64"));
}
