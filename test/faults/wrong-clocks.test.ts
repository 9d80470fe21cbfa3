/** Clocks that are two years wrong, a gateway's and the service's own (reliability.md §1 row 16, R-5). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultRig, startRig } from "../support/fault-rig.ts";
import { underClock } from "../support/under-clock.ts";
import { expectNothingLost, lossOf, recoveryMs, recoveryMsMax, writeDown } from "../support/withstand.ts";

const twoYearsMs = 2 * 365 * 86_400_000;
const readingsOfARun = 3_000;

describe("a clock that is two years wrong", () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => rig?.stop());

  /** Runs gateways on a ledger of their own until enough is acknowledged, and looks everything up. */
  async function runUntilEnough(ledger: string, flags: readonly string[]) {
    const gateways = rig.simulate(flags, ledger);
    const recovery = await recoveryMs(gateways);
    await gateways.until(({ receiptedReadings }) => receiptedReadings > readingsOfARun);
    await gateways.end();
    const outcome = await expectNothingLost(rig, ledger);
    expect(recovery).toBeLessThan(recoveryMsMax);
    const { stored = 0, deadLetters = 0 } = outcome.check ?? {};
    return {
      readings: outcome.sums.acknowledgedReadings,
      stored,
      deadLetters,
      recovery,
      loss: lossOf(outcome),
    };
  }
  const tell = (fault: string, { loss, recovery }: Awaited<ReturnType<typeof runUntilEnough>>) =>
    writeDown({ fault, times: 1, ...loss, recoveryMs: [recovery] });

  it("a gateway's, ahead: kept as dead letters with their bytes, never stored in 2 years' time", async () => {
    const run = await runUntilEnough("ahead", ["--clock-error", String(twoYearsMs)]);
    expect(run).toMatchObject({ deadLetters: run.readings, stored: 0 });
    const [row] = await rig.sql<{ reasons: string[] }>(
      "select array_agg(distinct reason) as reasons from dead_letters",
    );
    expect(row?.reasons).toEqual(["FUTURE_TIME"]);
    tell("clock of the gateways + 2 years", run);
  });

  it("a gateway's, behind: stored under its own times, which nobody rewrites", async () => {
    const run = await runUntilEnough("behind", ["--clock-error", String(-twoYearsMs)]);
    expect(run).toMatchObject({ stored: run.readings, deadLetters: 0 });
    tell("clock of the gateways − 2 years", run);
  });

  it.each([
    { way: "ahead: everything looks late, and is stored", offset: "+2y", isStored: true },
    {
      way: "behind: everything looks to be of the future, and is kept as dead letters",
      offset: "-2y",
      isStored: false,
    },
  ])("the service's, $way", async ({ offset, isStored }) => {
    await rig.service.kill9();
    await rig.startService({ prefix: underClock(offset) });
    const run = await runUntilEnough(`service${offset}`, []);
    expect(run).toMatchObject(isStored ? { stored: run.readings } : { deadLetters: run.readings });
    tell(`clock of the service ${offset.replace("-", "−").replace("y", " years")}`, run);
    await rig.service.kill9();
    await rig.startService();
    const after = await runUntilEnough(`after-service${offset}`, []);
    expect(after).toMatchObject({ stored: after.readings });
  });

  it("and the look-up would see it if such a reading were gone (control)", async () => {
    const point = await rig.sql<{ point: string }>("select point from latest_values limit 1");
    const q = `DROP SERIES FROM reading WHERE point = '${point[0]?.point}'`;
    const body = new URLSearchParams({ db: "coldmark", q });
    expect((await fetch(new URL("/query", rig.influx.url), { method: "POST", body })).ok).toBe(true);
    const outcome = await rig.check("behind");
    writeDown({
      fault: "control: one measuring point dropped after − 2 years",
      times: 1,
      ...lossOf(outcome),
      recoveryMs: [],
    });
    expect(outcome.check?.missingReadings).toBeGreaterThan(0);
  });
});
