import { describe, expect, it } from "vitest";
import { logId, openBench } from "./bench.ts";
import { consistencyProof, root } from "./uniform-tree.ts";

const daySeconds = 86_400;

/** Two sizes, the second reached from the first by one extend. The ones ending in 2^k − 1 hash most. */
const steps: readonly (readonly [number, number])[] = [
  [1, 2],
  [100_000, 104_096],
  [65_535, 65_536],
  [65_537, 69_633],
  [65_535, 131_071],
  [131_071, 131_072],
  [131_071, 135_000],
  [262_143, 262_144],
  [262_143, 266_239],
  [262_144, 266_240],
  [262_145, 266_241],
];

describe("gas (design §10)", () => {
  it("deploys for at most 2.4M", async () => {
    const { deployGas } = await openBench();
    expect(deployGas).toBeLessThanOrEqual(2_400_000);
  });

  it.each(steps)("extends from %i to %i within the figures, also on a day's first", async (size1, size2) => {
    const proof = consistencyProof(size1, size2);
    const limit = proof.length <= 17 ? 60_000 : 65_000;
    expect(await gasOfExtend(size1, size2, proof, 60)).toBeLessThanOrEqual(limit);
    expect(await gasOfExtend(size1, size2, proof, daySeconds)).toBeLessThanOrEqual(limit + 22_000);
  });
});

async function gasOfExtend(size1: number, size2: number, proof: string[], laterS: number): Promise<number> {
  const bench = await openBench();
  const { timestamp } = (await bench.connection.ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
  await bench.waitS(daySeconds - (timestamp % daySeconds));
  await bench.send(bench.publisher, "extend", [logId, size1, root(size1), []]);
  await bench.waitS(laterS);
  const gas = await bench.send(bench.publisher, "extend", [logId, size2, root(size2), proof]);
  if (process.env.SHOW_GAS)
    process.stderr.write(`${size1} ${size2} ${proof.length} nodes ${laterS} s: ${gas}\n`);
  return gas;
}
