/** kill -9 of each part of a whole deployment under load: reliability.md §1 row 1, R-1, R-3. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messagesIn } from "#demo/simulate/report.ts";
import { type FaultRig, startRig } from "../support/fault-rig.ts";
import type { Simulated } from "../support/simulated.ts";
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

const kills = isLong ? 20 : 2;
const leastReadings = isLong ? 40_000 : 4_000;

/** Kills a part and brings it back; gives the gateways that run from then on. */
type Kill = (rig: FaultRig, gateways: Simulated) => Promise<Simulated>;
const killOf: Record<string, Kill> = {
  gateway: async (rig, gateways) => {
    await gateways.kill9();
    return rig.simulate();
  },
  broker: async ({ mosquitto }, gateways) => {
    await mosquitto.kill9();
    await mosquitto.restart();
    return gateways;
  },
  collector: async (rig, gateways) => {
    await rig.service.kill9();
    await rig.startService();
    return gateways;
  },
  PostgreSQL: async ({ postgres }, gateways) => {
    await postgres.kill9();
    await postgres.restart();
    return gateways;
  },
  InfluxDB: async ({ influx }, gateways) => {
    await influx.kill9();
    await influx.restart();
    return gateways;
  },
};

describe("kill -9 under load loses nothing that was acknowledged", () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => rig?.stop());

  it.each(Object.keys(killOf))(
    `${kills} kills of the %s`,
    { timeout: isLong ? 1_200_000 : 240_000 },
    async (part) => {
      const before = lossOf(await rig.check()).acknowledged;
      let gateways = rig.simulate();
      const recoveries: number[] = [];
      for (let kill = 0; kill < kills; kill += 1) {
        await gateways.until(({ receipted }) => receipted > 0);
        await pause(200 + Math.random() * 1_800);
        gateways = (await killOf[part]?.(rig, gateways)) ?? gateways;
        recoveries.push(await recoveryMs(gateways));
      }
      await gateways.until(
        ({ receiptedReadings }) =>
          receiptedReadings > (part === "gateway" ? leastReadings / kills : leastReadings),
      );
      await gateways.end();
      const outcome = await expectNothingLost(rig);
      expect(lossOf(outcome, before).acknowledged.readings).toBeGreaterThan(leastReadings);
      expect(Math.max(...recoveries)).toBeLessThan(recoveryMsMax);
      writeDown({
        fault: `kill -9 of the ${part}`,
        times: kills,
        ...lossOf(outcome, before),
        recoveryMs: recoveries,
      });
    },
  );
});

describe("and the same look-up finds the loss where something acknowledges too early (controls)", () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => rig?.stop());

  it("a gateway that keeps its outbox in memory only", async () => {
    const gateways = rig.simulate([], "forgetful");
    await gateways.until(({ receipted }) => receipted > 0);
    await rig.mosquitto.down();
    const { made = 0 } = gateways.told() ?? {};
    await gateways.until((tally) => tally.made > made + 400);
    await gateways.kill9();
    await rig.mosquitto.restart();
    await expectNothingLost(rig, "after-it-forgot");
    const [row] = await rig.sql<{ kept: number }>("select count(*)::int as kept from gateway_messages");
    let wrote = 0;
    for await (const _ of messagesIn(join(rig.folder, "forgetful", "runs"))) wrote += 1;
    expect(row?.kept).toBeLessThan(wrote);
  });

  it("a broker whose PUBACK is trusted", async () => {
    await rig.service.stop();
    const gateways = rig.simulate(["--trust", "puback"], "trusting");
    await gateways.until(({ receipted }) => receipted > 400);
    await gateways.end();
    await rig.mosquitto.kill9();
    await rig.mosquitto.restart();
    await rig.startService();
    await expectSomethingLost(rig, "PUBACK trusted", "trusting");
  });

  it("a collector that sends receipts before the commit", async () => {
    await rig.service.stop();
    await rig.startService({ settings: { TEST_RECEIPT_BEFORE_COMMIT: "true" } });
    const gateways = rig.simulate([], "receipted-early");
    await gateways.until(({ receipted }) => receipted > 400);
    await rig.service.kill9();
    await gateways.next(); // every receipt that was sent is heard and written down
    await gateways.kill9();
    await rig.startService();
    await expectSomethingLost(rig, "receipt before commit", "receipted-early");
  });

  it("an InfluxDB that lost its folder, until it is rebuilt", async () => {
    const gateways = rig.simulate([], "emptied");
    await gateways.until(({ receipted }) => receipted > 400);
    await gateways.end();
    await expectNothingLost(rig, "emptied");
    await rig.influx.kill9();
    for (const name of ["meta", "data", "wal"]) rmSync(join(rig.influx.folder, name), { recursive: true });
    await rig.influx.restart();
    await expectSomethingLost(rig, "InfluxDB emptied", "emptied");
  });
});

describe("and finds it where the database doesn't wait for its disk (control)", () => {
  let rig: FaultRig | undefined;
  afterAll(async () => rig?.stop());

  it("a PostgreSQL whose commits don't wait for the disk", async () => {
    rig = await startRig({
      postgres: { settings: ["wal_writer_delay=10s", "wal_writer_flush_after=2GB", "wal_buffers=64MB"] },
      databaseQuery: "?options=-c%20synchronous_commit%3Doff",
    });
    await rig.sql("checkpoint");
    const gateways = rig.simulate();
    await untilOnlyInMemory(rig, gateways);
    await rig.postgres.kill9();
    await gateways.kill9();
    await rig.service.kill9();
    await rig.postgres.restart();
    await rig.startService();
    await expectSomethingLost(rig, "synchronous_commit=off");
  });
});
