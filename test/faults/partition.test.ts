/** A network that swallows everything for a while: own namespaces and virtual interfaces (reliability.md §1 row 15, R-5). */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FaultRig, type RigOptions, startRig } from "../support/fault-rig.ts";
import { savedRarelyAndShort } from "../support/mosquitto.ts";
import { makeOtherMachine, type OtherMachine } from "../support/network-namespace.ts";
import {
  expectLostForGood,
  expectNothingLost,
  isLong,
  lossOf,
  recoveryMs,
  recoveryMsMax,
  writeDown,
} from "../support/withstand.ts";

const partMs = isLong ? 60_000 : 8_000;

/** Gateways on one machine, the service on another, PostgreSQL, broker and InfluxDB on ours. */
async function startApart(options: RigOptions = {}): Promise<{
  rig: FaultRig;
  machines: { gateways: OtherMachine; service: OtherMachine };
}> {
  const machines = { gateways: makeOtherMachine(), service: makeOtherMachine() };
  const host = machines.service.ours;
  try {
    const rig = await startRig({
      ...options,
      postgres: { host },
      influx: { host },
      broker: { ...options.broker, host },
      settings: { HOST: machines.service.theirs },
      servicePrefix: machines.service.prefix,
      gatewayPrefix: machines.gateways.prefix,
    });
    return { rig, machines };
  } catch (fault) {
    for (const machine of Object.values(machines)) machine.remove();
    throw fault;
  }
}

/** The networks go whatever happens. */
async function takeDown(apart: Awaited<ReturnType<typeof startApart>> | undefined): Promise<void> {
  for (const machine of Object.values(apart?.machines ?? {})) machine.join();
  try {
    await apart?.rig.stop();
  } finally {
    for (const machine of Object.values(apart?.machines ?? {})) machine.remove();
  }
}

describe("a partition", () => {
  let apart: Awaited<ReturnType<typeof startApart>>;
  beforeAll(async () => {
    apart = await startApart();
  });
  afterAll(async () => {
    await takeDown(apart);
  });

  it.each([
    { between: "the gateways and the broker", who: "gateways" as const },
    { between: "the service and all its parts", who: "service" as const },
  ])(
    `of ${partMs / 1_000} s between $between: nothing is lost, and all goes on by itself`,
    async ({ between, who }) => {
      const { rig, machines } = apart;
      const before = lossOf(await rig.check()).acknowledged;
      const gateways = rig.simulate();
      await gateways.until(({ receipted }) => receipted > 100);
      machines[who].part();
      await pause(3_000);
      const { receipted: early = 0 } = gateways.told() ?? {};
      await pause(partMs - 3_000);
      const { receipted: late = 0 } = gateways.told() ?? {};
      machines[who].join();
      const recovery = await recoveryMs(gateways);
      await gateways.end();
      const outcome = await expectNothingLost(rig);
      expect(late, "nothing comes through the partition").toBe(early);
      expect(recovery).toBeLessThan(recoveryMsMax);
      writeDown({
        fault: `partition of ${partMs / 1_000} s between ${between}`,
        times: 1,
        ...lossOf(outcome, before),
        recoveryMs: [recovery],
      });
    },
  );
});

describe("and where the broker's PUBACK is trusted (control)", () => {
  let apart: Awaited<ReturnType<typeof startApart>> | undefined;
  afterEach(async () => {
    await takeDown(apart);
  });

  it("a partition of the service loses what the broker's queue can't hold", async () => {
    apart = await startApart({ broker: { change: savedRarelyAndShort } });
    const { rig, machines } = apart;
    const gateways = rig.simulate(["--trust", "puback", "--rate", "1000"]);
    await gateways.until(({ receipted }) => receipted > 0);
    machines.service.part();
    const { receipted: before } = await gateways.next();
    await gateways.until(({ receipted }) => receipted > before + 6_000); // more than our window and the queue
    machines.service.join();
    await gateways.end();
    await expectLostForGood(rig, "partition of the service, PUBACK trusted");
  });
});
