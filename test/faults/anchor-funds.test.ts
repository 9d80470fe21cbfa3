/** Money that runs out is told a week before (reference anchoring.md, C11); where nothing costs gas, none is needed. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { startAnchor } from "#anchor/run.ts";
import { createMetrics } from "#cli/metrics.ts";
import { readStatus } from "#cli/status.ts";
import { readCheckpoint } from "#services/log/read-tiles.ts";
import { dataFolder } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { registerOperator, toldAlarms } from "../support/log-alarms.ts";

const hourMs = 3_600_000;
const gwei = 1_000_000_000n;
const hex = (amount: bigint) => `0x${amount.toString(16)}`;
/** At 2 gwei and 100,000 gas a day, the least that is reckoned with: ten days. */
const tenDaysWei = 10n * 100_000n * 2n * gwei;
const folder = dataFolder();
let log: OutsideLog;
let worker: SteppedWorker;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"42".repeat(32)}`);
});
afterEach(() => worker.stop());
afterAll(async () => {
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

async function open(name: string, settings: Record<string, string> = {}): Promise<void> {
  log = await OutsideLog.open(folder, log.key, log.chain);
  worker = await log.worker(join(folder, name), { finality: "immediate" }, settings);
}
const give = (wei: bigint) => log.chain.rpc("anvil_setBalance", [log.account, hex(wei)]);
/** A base fee of `price` in the newest block; anvil asks for a tip of 1 gwei beside it. */
async function ask(price: bigint): Promise<void> {
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [hex(price)]);
  await log.mine(1);
}
/** What the sentinel's round of a minute later finds. */
async function look() {
  worker.passMs(60_000);
  await worker.round();
  return worker.chainSide.funds;
}

it("C11: tells that the account's money lasts less than 7 days, and no more once it has some", async () => {
  await open("low");
  await registerOperator(worker.store);
  await ask(gwei);
  await give(tenDaysWei);
  expect(await look()).toMatchObject({ daysLeft: 10, isLow: false, balanceWei: String(tenDaysWei) });
  expect(await toldAlarms(worker.store)).toEqual([]);
  await give(tenDaysWei / 2n);
  expect(await look()).toMatchObject({ daysLeft: 5, isLow: true });
  expect(await toldAlarms(worker.store)).toEqual(["op log-funds lasts"]);
  await give(tenDaysWei);
  expect(await look()).toMatchObject({ isLow: false });
  expect(await toldAlarms(worker.store)).toEqual(["op log-funds is over"]);
});

it("reckons with the gas of the last 24 hours, and the price of now", async () => {
  await open("rate");
  await give(100n * tenDaysWei);
  for (const text of ["one", "two", "three"]) {
    await worker.note(text);
    await worker.round();
  }
  await give(tenDaysWei);
  await ask(gwei);
  const busy = (await look())?.daysLeft ?? 0;
  expect(busy).toBeGreaterThan(0);
  expect(busy).toBeLessThan(5);
  worker.passMs(25 * hourMs);
  expect(await look()).toMatchObject({ daysLeft: 10 });
  await ask(9n * gwei);
  expect(await look()).toMatchObject({ daysLeft: 2, isLow: true });
});

it("shows it in health and figures, where the service stays ready", async () => {
  await open("health");
  await give(tenDaysWei / 2n);
  await ask(gwei);
  const { store, parts } = worker;
  const anchor = startAnchor(parts);
  await anchor.anchorNow();
  const status = () => readStatus({ store, readings: parts.readings, anchor, ingest: null });
  expect(await status()).toMatchObject({
    ready: true,
    parts: { funds: "low", log: { funds: { isLow: true } } },
  });
  const figures = await createMetrics(status, null).metrics();
  expect(figures).toContain('coldmark_part_up{part="funds"} 0');
  expect(figures).toMatch(/^coldmark_anchor_days_left [1-6](\.\d)?$/m);
  await anchor.stop();
});

it("anchors where there are no fees, with an account that has nothing", async () => {
  await open("free", { ANCHOR_FEE_MAX_GWEI: "0" });
  await give(0n);
  await ask(0n);
  await worker.note("free");
  await worker.round();
  expect(await worker.round()).toBe(true);
  expect(await log.headSize()).toBe(2);
  expect(worker.chainSide.funds).toEqual({ balanceWei: "0", daysLeft: null, isLow: false });
});

it("C11: anchors nothing with an empty account where there are fees (control); the log goes on, and all of it comes in order later", async () => {
  await open("fees");
  await give(0n);
  await ask(gwei);
  for (const size of [2, 4]) {
    await worker.note(`fees ${size}`);
    await worker.round();
    expect([await log.headSize(), worker.chainSide.status.chain]).toEqual([0, "down"]);
    expect(await readCheckpoint(worker)).toContain(`\n${size}\n`);
  }
  await give(tenDaysWei);
  for (let round = 0; round < 2; round += 1) await worker.round();
  expect(await worker.round()).toBe(true);
  expect((await log.anchoredSizes()).at(-1)).toBe(4);
  expect(await log.anchoredSizes()).toEqual((await log.anchoredSizes()).toSorted((a, b) => a - b));
});
