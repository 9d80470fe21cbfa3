/** The chain takes back the blocks that held our anchor (reliability.md C9, A-1): it ends anchored once, no nonce is skipped. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newestJob } from "#store/anchor-jobs.ts";
import { dataFolder } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";

const blocksToFinal = 8;
const folder = dataFolder();
let log: OutsideLog;
let worker: SteppedWorker;
let firstNonce: number;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"42".repeat(32)}`);
  worker = await log.worker(join(folder, "records"), { finality: blocksToFinal });
  firstNonce = await log.nonce();
});
afterAll(async () => {
  await worker.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

const job = () => worker.store.as({ role: "worker" }, newestJob);

/** Anchors one more entry in a block that lies `depth` deep, and is not final. */
async function anchorAt(depth: number): Promise<number> {
  await worker.note(`depth-${depth}`);
  await worker.round();
  await log.mine(depth - 1);
  expect(await worker.round()).toBe(false);
  expect((await job())?.state).toBe("included");
  return log.headSize();
}

async function untilFinal(): Promise<void> {
  for (let round = 0; !(await worker.round()); round += 1) {
    if (round === 5) throw new Error(`not final: ${JSON.stringify(worker.chainSide.status)}`);
    await log.mine(blocksToFinal);
  }
}

it.each(process.env.COLDMARK_LONG ? [1, 2, 3, 4, 5, 6] : [1, 6])(
  "C9: is anchored exactly once after a reorg of %i blocks",
  async (depth) => {
    const before = await log.headSize();
    const size = await anchorAt(depth);
    await log.chain.rpc("anvil_reorg", [depth, []]);
    // The control: unless the worker looks, it stays lost.
    await log.mine(2);
    expect(await log.headSize()).toBe(before);
    await untilFinal();
    expect((await job())?.state).toBe("final");
    const sizes = await log.anchoredSizes();
    expect(sizes.filter((one) => one === size)).toEqual([size]);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect((await log.nonce()) - firstNonce).toBe(sizes.length);
  },
);

it("anchors both again, in their order, when two of them are taken back at once", async () => {
  const first = await anchorAt(1);
  const second = await anchorAt(1);
  await log.chain.rpc("anvil_reorg", [2, []]);
  await untilFinal();
  expect((await log.anchoredSizes()).slice(-2)).toEqual([first, second]);
  expect((await log.nonce()) - firstNonce).toBe((await log.anchoredSizes()).length);
});

it("starts from the chain again after a reorg that it slept through", async () => {
  const size = await anchorAt(3);
  await worker.stop();
  await log.chain.rpc("anvil_reorg", [3, []]);
  worker = await log.worker(join(folder, "records"), { finality: blocksToFinal });
  await untilFinal();
  expect((await log.anchoredSizes()).filter((one) => one === size)).toEqual([size]);
});
