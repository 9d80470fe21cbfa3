/** Power cuts of the disk below PostgreSQL and InfluxDB: reliability.md §1 row 2, R-2. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type FaultRig, type RigOptions, startRig } from "../support/fault-rig.ts";
import { forgetReceiptsAfter, markLedger } from "../support/ledger-marks.ts";
import { makePowerDisk, type PowerDisk } from "../support/power-disk.ts";
import {
  expectNothingLost,
  expectSomethingLost,
  isLong,
  lossOf,
  recoveryMs,
  recoveryMsMax,
  untilOnlyInMemory,
  writeDown,
} from "../support/withstand.ts";

const cuts = isLong ? 20 : 2;

describe("a power cut", () => {
  let disk: PowerDisk | undefined;
  let rig: FaultRig | undefined;
  afterEach(async () => {
    await rig?.stop();
    await disk?.remove();
    [rig, disk] = [undefined, undefined];
  });

  async function startOnDisk(options: RigOptions = {}): Promise<{ rig: FaultRig; disk: PowerDisk }> {
    const own = makePowerDisk();
    disk = own;
    rig = await startRig({
      ...options,
      postgres: { ...options.postgres, parent: own.folder },
      influx: { parent: own.folder },
    });
    return { rig, disk: own };
  }

  it(`loses nothing that was acknowledged, ${cuts} times`, {
    timeout: isLong ? 1_200_000 : 240_000,
  }, async () => {
    const { rig, disk } = await startOnDisk();
    const runs = join(rig.folder, "ledger", "runs");
    const recoveries: number[] = [];
    for (let cut = 0; cut < cuts; cut += 1) {
      const gateways = rig.simulate();
      await gateways.until(({ receipted }) => receipted > 0);
      if (cut === 0) await untilInfluxIsOnDisk(rig, disk);
      else recoveries.push(await recoveryMs(gateways));
      await pause(500 + Math.random() * 2_500);
      const mark = markLedger(runs);
      disk.cut();
      await killAll(rig, gateways);
      await disk.restore();
      forgetReceiptsAfter(runs, mark);
      await Promise.all([rig.postgres.restart(), rig.influx.restart(), rig.mosquitto.restart()]);
      await rig.startService();
      expect((await rig.check()).check).toMatchObject({
        examples: [],
        missingMessages: 0,
        missingReadings: 0,
      });
    }
    const outcome = await expectNothingLost(rig);
    expect(outcome.sums.acknowledgedReadings).toBeGreaterThan(1_000 * cuts);
    expect(Math.max(0, ...recoveries)).toBeLessThan(recoveryMsMax);
    writeDown({
      fault: "power cut of PostgreSQL and InfluxDB",
      times: cuts,
      ...lossOf(outcome),
      recoveryMs: recoveries,
    });
  });

  it("takes acknowledged messages where commits don't wait for the disk (control)", async () => {
    const { rig, disk } = await startOnDisk({
      postgres: { settings: ["wal_writer_delay=10s", "wal_writer_flush_after=2GB", "wal_buffers=64MB"] },
      databaseQuery: "?options=-c%20synchronous_commit%3Doff",
    });
    const gateways = rig.simulate();
    await untilInfluxIsOnDisk(rig, disk);
    await rig.sql("checkpoint");
    await untilOnlyInMemory(rig, gateways);
    const mark = markLedger(join(rig.folder, "ledger", "runs"));
    disk.cut();
    await killAll(rig, gateways);
    await disk.restore();
    forgetReceiptsAfter(join(rig.folder, "ledger", "runs"), mark);
    await Promise.all([rig.postgres.restart(), rig.influx.restart()]);
    await rig.startService();
    await expectSomethingLost(rig, "power cut with synchronous_commit=off");
  });
});

/** A cut within seconds of CREATE DATABASE leaves influxd 1.6 hanging at its start (reliability.md §0 fact 5). */
async function untilInfluxIsOnDisk(rig: FaultRig, disk: PowerDisk): Promise<void> {
  await expect.poll(() => rig.countPoints(), { timeout: 60_000 }).toBeGreaterThan(0);
  disk.sync();
}

async function killAll(rig: FaultRig, gateways: { kill9(): Promise<void> }): Promise<void> {
  const { service, postgres, influx, mosquitto } = rig;
  await Promise.all([gateways.kill9(), service.kill9(), postgres.kill9(), influx.kill9(), mosquitto.kill9()]);
}
