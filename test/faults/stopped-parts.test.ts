/** A part that hangs without ending: SIGSTOP to it and its children, then SIGCONT (reliability.md §1 row 14, R-5). */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FaultRig, startRig } from "../support/fault-rig.ts";
import { savedRarelyAndShort } from "../support/mosquitto.ts";
import { signalTree } from "../support/process-tree.ts";
import {
  expectLostForGood,
  expectNothingLost,
  isLong,
  lossOf,
  recoveryMs,
  recoveryMsMax,
  writeDown,
} from "../support/withstand.ts";

/** Longer than the gateways wait for a receipt before they send again (3 s). */
const stopMs = isLong ? 30_000 : 4_000;
const pidOf: Record<string, (rig: FaultRig) => number> = {
  PostgreSQL: ({ postgres }) => postgres.pid,
  broker: ({ mosquitto }) => mosquitto.pid,
  InfluxDB: ({ influx }) => influx.pid,
  collector: ({ service }) => service.pid,
};

describe("a part that stands still", () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => rig?.stop());

  it.each(Object.keys(pidOf))(
    `the %s for ${stopMs / 1_000} s: nothing is lost, and all goes on by itself`,
    async (part) => {
      const before = lossOf(await rig.check()).acknowledged;
      const gateways = rig.simulate();
      await gateways.until(({ receipted }) => receipted > 100);
      const pid = pidOf[part]?.(rig) ?? 0;
      signalTree(pid, "SIGSTOP");
      await pause(stopMs);
      signalTree(pid, "SIGCONT");
      const recovery = await recoveryMs(gateways);
      await gateways.end();
      const outcome = await expectNothingLost(rig);
      expect(recovery).toBeLessThan(recoveryMsMax);
      writeDown({
        fault: `SIGSTOP ${stopMs / 1_000} s of the ${part}`,
        times: 1,
        ...lossOf(outcome, before),
        recoveryMs: [recovery],
      });
    },
  );
});

describe("and where the broker's PUBACK is trusted (control)", () => {
  let rig: FaultRig | undefined;
  afterEach(async () => rig?.stop());

  it("a collector that stands still loses what the broker's queue can't hold", async () => {
    rig = await startRig({ broker: { change: savedRarelyAndShort } });
    const gateways = rig.simulate(["--trust", "puback", "--rate", "1000"]);
    await gateways.until(({ receipted }) => receipted > 0);
    signalTree(rig.service.pid, "SIGSTOP");
    const { receipted: before } = await gateways.next();
    await gateways.until(({ receipted }) => receipted > before + 6_000); // more than our window and the queue
    signalTree(rig.service.pid, "SIGCONT");
    await gateways.end();
    await expectLostForGood(rig, "SIGSTOP of the collector, PUBACK trusted");
  });
});
