/** What every fault test asks afterwards, and where the long runs write their figures down. */
import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import type { FaultRig } from "./fault-rig.ts";
import type { Simulated, SimulateOutcome } from "./simulated.ts";

/** The long form of the fault tests: `./coldmark test --long`. */
export const isLong = process.env.COLDMARK_LONG !== undefined;

/** The goal of reliability.md R-5. */
export const recoveryMsMax = 30_000;

/** What a family of faults came to; times in ms. */
export interface FaultFigures {
  readonly fault: string;
  readonly times: number;
  readonly acknowledged: { readonly messages: number; readonly readings: number };
  readonly lost: { readonly messages: number; readonly readings: number };
  readonly recoveryMs: readonly number[];
}

/**
 * Sends what waits and looks everything up: each receipted message stands in the inbox with its very bytes, each of its
 * readings has exactly one end, and the counters add up (design §4).
 */
export async function expectNothingLost(rig: FaultRig, ledger?: string): Promise<SimulateOutcome> {
  const outcome = await rig.settle([], ledger);
  expect(outcome.check?.examples).toEqual([]);
  expect(outcome.check).toMatchObject({ missingMessages: 0, missingReadings: 0 });
  expect(outcome.sums.unacknowledged).toBe(0);
  expect(outcome.check?.messages).toBe(outcome.sums.acknowledged);
  await expectCountersAddUp(rig);
  return outcome;
}

/** The same look-up where something acknowledges too early (a control): it must find acknowledged messages missing. */
export async function expectSomethingLost(rig: FaultRig, fault: string, ledger?: string): Promise<void> {
  const loss = lossOf(await rig.check(ledger));
  writeDown({ fault: `control: ${fault}`, times: 1, ...loss, recoveryMs: [] });
  expect(loss.lost.messages + loss.lost.readings).toBeGreaterThan(0);
}

/**
 * The same where a broker still holds messages for us after the fault: they are not lost yet. Messages sent after them have receipts
 * only once those came, so that what is missing then is missing for good.
 */
export async function expectLostForGood(rig: FaultRig, fault: string): Promise<void> {
  const outcome = await rig.settle(["--trust", "receipt", "--seconds", "3"]);
  expect(outcome.sums.unacknowledged).toBe(0);
  const loss = lossOf(outcome);
  writeDown({ fault: `control: ${fault}`, times: 1, ...loss, recoveryMs: [] });
  expect(loss.lost.messages).toBeGreaterThan(0);
}

/** At rest nothing is in flight, and InfluxDB holds each stored reading once. */
async function expectCountersAddUp(rig: FaultRig): Promise<void> {
  await expect.poll(async () => (await rig.counters()).inFlight, { timeout: 60_000 }).toBe(0);
  const { received, stored, duplicate, deadLetter } = await rig.counters();
  expect(received).toBe(stored + duplicate + deadLetter);
  expect(await rig.countPoints()).toBe(stored);
}

/**
 * How long it takes from now until a receipt comes (ms), up to two seconds too much: gateways tell once a second, and what
 * they tell first may have come before.
 */
export async function recoveryMs(gateways: Simulated): Promise<number> {
  const from = Date.now();
  const { receipted: before } = await gateways.next();
  await gateways.until(({ receipted }) => receipted > before);
  return Date.now() - from;
}

/**
 * Waits until gateways have receipts for messages that PostgreSQL, whose commits don't wait, holds in memory only: its WAL
 * writer writes them down every 10 s, and right after that a kill would find next to nothing to lose.
 */
export async function untilOnlyInMemory(rig: FaultRig, gateways: Simulated): Promise<void> {
  const writtenTo = async () =>
    (await rig.sql<{ at: string }>("select pg_current_wal_lsn()::text as at")).map(({ at }) => at).join();
  for (let before = ""; before !== (await writtenTo()); ) {
    before = await writtenTo();
    const { receipted } = await gateways.next();
    await gateways.until((tally) => tally.receipted > receipted + 400);
  }
}

/** What was acknowledged, and what of it is not there, as the look-up found it; less what was there before a test. */
export function lossOf(
  { check }: SimulateOutcome,
  before = { messages: 0, readings: 0 },
): Pick<FaultFigures, "acknowledged" | "lost"> {
  const { messages = 0, readings = 0, missingMessages = 0, missingReadings = 0 } = check ?? {};
  return {
    acknowledged: { messages: messages - before.messages, readings: readings - before.readings },
    lost: { messages: missingMessages, readings: missingReadings },
  };
}

/** Appends a line for docs/faults.md where COLDMARK_FAULT_FIGURES names a file. */
export function writeDown(figures: FaultFigures): void {
  const file = process.env.COLDMARK_FAULT_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
}
