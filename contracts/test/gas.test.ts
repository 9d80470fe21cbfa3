import { beforeAll, describe, expect, it } from "vitest";
import { logId, openBench } from "./bench.ts";
import { consistencyProof, root } from "./uniform-tree.ts";

const daySeconds = 86_400;

/** Two sizes, the second reached from the first by one extend. The ones ending in 2^k − 1 hash most. */
const steps: readonly (readonly [number, number])[] = [
  [1, 2],
  [65_536, 69_632],
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

interface Extend {
  readonly sizes: readonly [number, number];
  readonly nodes: number;
  readonly gas: number;
  readonly firstOfDay: number;
}

describe("gas (design §10)", () => {
  let deploy = 0;
  const extends_: Extend[] = [];
  beforeAll(async () => {
    deploy = (await openBench()).deployGas;
    for (const sizes of steps) extends_.push(await measure(sizes));
  });

  it("deploys for at most 2.4M", () => expect(deploy).toBeLessThanOrEqual(2_400_000));

  it("extends within the figures, also on a day's first", () => {
    for (const { nodes, gas, firstOfDay } of extends_) {
      expect(gas).toBeLessThanOrEqual(limitOf(nodes));
      expect(firstOfDay).toBeLessThanOrEqual(limitOf(nodes) + 22_000);
    }
    expect(extends_.filter(({ nodes }) => nodes === 1)).toHaveLength(3);
  });

  it("is what was committed (`vitest -u` writes it anew)", async () => {
    const lines = extends_.map(
      ({ sizes: [from, to], nodes, gas, firstOfDay }) =>
        `extend ${from} to ${to}, ${nodes} nodes: ${gas}; first of a day: ${firstOfDay}`,
    );
    await expect(`${[`deploy: ${deploy}`, ...lines].join("\n")}\n`).toMatchFileSnapshot("gas.snapshot.txt");
  });
});

/** Issue 5 asks for 42k at one node, the design for the others. */
function limitOf(nodes: number): number {
  if (nodes === 1) return 42_000;
  return nodes <= 17 ? 60_000 : 65_000;
}

async function measure(sizes: readonly [number, number]): Promise<Extend> {
  const proof = consistencyProof(...sizes);
  const gas = await gasOfExtend(sizes, proof, 60);
  return { sizes, nodes: proof.length, gas, firstOfDay: await gasOfExtend(sizes, proof, daySeconds) };
}

async function gasOfExtend(
  [from, to]: readonly [number, number],
  proof: string[],
  laterS: number,
): Promise<number> {
  const bench = await openBench();
  const { timestamp } = (await bench.connection.ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
  await bench.waitS(daySeconds - (timestamp % daySeconds));
  await bench.send(bench.publisher, "extend", [logId, from, root(from), []]);
  await bench.waitS(laterS);
  return await bench.send(bench.publisher, "extend", [logId, to, root(to), proof]);
}
