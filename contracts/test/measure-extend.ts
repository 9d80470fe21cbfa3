import { logId, openBench } from "./bench.ts";
import { consistencyProof, root } from "./uniform-tree.ts";

const daySeconds = 86_400;

/** What one extend between two sizes costs: within a day, and as a day's first, which also seals. */
export interface ExtendGas {
  readonly sizes: readonly [number, number];
  readonly nodes: number;
  readonly gas: number;
  readonly firstOfDay: number;
}

/** Measures the committed contract on a fresh chain. */
export async function measureExtend(sizes: readonly [number, number]): Promise<ExtendGas> {
  const proof = consistencyProof(...sizes);
  const gas = await gasAfter(60, sizes, proof);
  return { sizes, nodes: proof.length, gas, firstOfDay: await gasAfter(daySeconds, sizes, proof) };
}

/** The most an extend may cost: issue 5 says 42k at one node, design §10 the others. */
export function gasLimit(nodes: number): number {
  if (nodes === 1) return 42_000;
  return nodes <= 17 ? 60_000 : 65_000;
}

async function gasAfter(
  laterS: number,
  [from, to]: readonly [number, number],
  proof: string[],
): Promise<number> {
  const bench = await openBench();
  const { timestamp } = (await bench.connection.ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
  await bench.waitS(daySeconds - (timestamp % daySeconds));
  await bench.send(bench.publisher, "extend", [logId, from, root(from), []]);
  await bench.waitS(laterS);
  return await bench.send(bench.publisher, "extend", [logId, to, root(to), proof]);
}
