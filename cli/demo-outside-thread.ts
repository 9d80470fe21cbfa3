/** The thread of the demo's outside world: carries out the orders of `demo-outside.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { type DemoSettings, demoNetwork } from "#demo/network.ts";
import { type DemoRun, runDemo } from "#demo/run.ts";
import type { Doors, OutsideOrder, OutsideWord } from "./demo-outside.ts";

const demo = demoNetwork(workerData as DemoSettings);
const end = new AbortController();
let run: DemoRun | null = null;

const tell = (word: OutsideWord): void => parentPort?.postMessage(word);
const say = (said: string): void => tell({ said });
const { network, accounts, cases, devices } = demo;
const apiKey = devices.scanners[0]?.apiKey ?? null;
tell({
  drawn: { network, accounts, cases, apiKey, stickers: devices.unclaimed.map(({ sticker }) => sticker) },
});

async function stateCases(doors: Doors): Promise<void> {
  run = await runDemo({ ...doors, demo, signal: end.signal, say });
}

async function carryOut(order: OutsideOrder): Promise<void> {
  if (order.order === "states-cases") return stateCases(order.doors);
  if (order.order === "joins") return run?.joinOthers();
  end.abort(new Error("the demo was stopped"));
  await run?.finished;
}

parentPort?.on("message", (order: OutsideOrder) => {
  carryOut(order).then(
    () => tell({ done: order.order, fault: null }),
    (error: unknown) =>
      tell({ done: order.order, fault: error instanceof Error ? error.message : String(error) }),
  );
});
