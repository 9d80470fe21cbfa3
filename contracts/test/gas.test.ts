import { beforeAll, describe, expect, it } from "vitest";
import { openBench } from "./bench.ts";
import { type ExtendGas, gasLimit, measureExtend } from "./measure-extend.ts";

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

describe("gas (design §10)", () => {
  let deploy = 0;
  const extends_: ExtendGas[] = [];
  beforeAll(async () => {
    deploy = (await openBench()).deployGas;
    for (const sizes of steps) extends_.push(await measureExtend(sizes));
  });

  it("deploys for at most 2.4M", () => expect(deploy).toBeLessThanOrEqual(2_400_000));

  it("extends within the figures, also on a day's first", () => {
    for (const { nodes, gas, firstOfDay } of extends_) {
      expect(gas).toBeLessThanOrEqual(gasLimit(nodes));
      expect(firstOfDay).toBeLessThanOrEqual(gasLimit(nodes) + 22_000);
    }
    expect(extends_.filter(({ nodes }) => nodes === 1)).toHaveLength(3);
  });

  it("C4: grows with the logarithm of the leaves: a million of them stay within the figures", async () => {
    const { nodes, gas } = await measureExtend([1_000_000, 1_000_001]);
    expect(gas).toBeLessThanOrEqual(gasLimit(nodes));
  });

  it("is what was committed (`vitest -u` writes it anew)", async () => {
    const lines = extends_.map(
      ({ sizes: [from, to], nodes, gas, firstOfDay }) =>
        `extend ${from} to ${to}, ${nodes} nodes: ${gas}; first of a day: ${firstOfDay}`,
    );
    await expect(`${[`deploy: ${deploy}`, ...lines].join("\n")}\n`).toMatchFileSnapshot("gas.snapshot.txt");
  });
});
