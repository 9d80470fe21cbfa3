import type { Figure } from "#bench/ingest/figures.ts";
import { openBench } from "#contracts/test/bench.ts";
import { type ExtendGas, gasLimit, measureExtend } from "#contracts/test/measure-extend.ts";
import { measurePeers, type PeerGas } from "./measure-peers.ts";

const deployMost = 2_400_000;
const firstOfDayMore = 22_000;

/** Steps that cost most at their number of nodes: one node, 17, and beyond 2^18 entries. */
const steps = [
  [65_536, 69_632],
  [65_535, 65_536],
  [262_143, 266_239],
] as const;

/** The contract's gas (design §10) beside what peers pay to put a hash on the chain. Gas is exact: one run is enough. */
export async function runContractBench(): Promise<Figure[]> {
  const { deployGas } = await openBench();
  const extends_: ExtendGas[] = [];
  for (const sizes of steps) extends_.push(await measureExtend(sizes));
  return [
    figureOf("deploy", deployGas, deployMost),
    ...extends_.flatMap(figuresOfExtend),
    ...(await measurePeers()).map(figureOfPeer),
  ];
}

function figuresOfExtend({ sizes: [from, to], nodes, gas, firstOfDay }: ExtendGas): Figure[] {
  const name = `extend ${from} to ${to}, ${nodes} proof node${nodes === 1 ? "" : "s"}`;
  const limit = gasLimit(nodes);
  return [figureOf(name, gas, limit), figureOf(`${name}, a day's first`, firstOfDay, limit + firstOfDayMore)];
}

function figureOf(name: string, value: number, most: number): Figure {
  return { name, value, unit: "gas", target: `≤ ${most}`, met: value <= most };
}

function figureOfPeer({ peer, call, gas }: PeerGas): Figure {
  return { name: call, value: gas, unit: "gas", target: null, met: null, peer };
}
