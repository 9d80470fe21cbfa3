/** R-4 of reliability.md §5: the readings store is emptied and comes back from the inbox, the same to the last field. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "#config";
import { decodeWith } from "#ingest/decode-with.ts";
import { type RebuildOptions, rebuildReadings } from "#ingest/rebuild-readings.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { sensorPlacements } from "#store/schema/sensor-placements.ts";
import { sensors } from "#store/schema/sensors.ts";
import { fridgeOf } from "../support/gateway-network.ts";
import { endOfTime, type House, openEmbeddedHouse, openOutsideHouse } from "../support/ingest-house.ts";
import { bodyOf, connectGateway, type MqttGateway, signedMessage } from "../support/mqtt-gateway.ts";

const tenant = "pharmacy-1";
const plain = ["gw-1", "gw-2", "gw-3"];
const signing = "gw-signing";
const ids = [...plain, signing];
const parts = {
  gateways: {
    [tenant]: [...plain.map((id) => ({ id })), { id: signing, hasKey: true, signatureRequired: true }],
  },
};
const start = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 40 * 3_600_000;
const stepMs = 10_000;
const readingsPerMessage = 100;
const messagesEach = 60;

/** A page of a gateway's measurements, `first` in steps from the beginning; `shift` makes them other values. */
const stretch = (first: number, count = readingsPerMessage, shift = 0) =>
  Array.from({ length: count }, (_, n) => ({
    s: "t1",
    ts: start + (first + n) * stepMs,
    t: 4 + ((first + n) % 30) / 10 + shift,
    ...(n % 10 === 0 ? { rh: 55.5, door: n % 20 === 0 } : {}),
  }));

/** Everything that may come in: in order, back-filled, again, in conflict, unreadable, of a sensor nobody knows. */
function messagesOf(id: string): { lane: string; payload: string }[] {
  let seq = 0;
  const native = (readings: readonly unknown[], lane = "data") => {
    seq += 1;
    const body = bodyOf(1, seq, readings);
    const topic = `coldmark/v1/${id}/${lane}`;
    return { lane, payload: id === signing ? signedMessage(topic, body, `${id}.key-1`) : body };
  };
  const sent: { lane: string; payload: string }[] = [];
  for (let n = 0; n < messagesEach; n += 1) {
    const first = 2_000 + n * readingsPerMessage;
    const message = native(stretch(first));
    sent.push(message);
    if (n % 6 === 1) sent.push(native(stretch(n * 30, 50), "hist"));
    if (n % 6 === 2) sent.push(native([...stretch(first - 150, 80), ...stretch(first + 100, 3)]));
    if (n % 6 === 3) sent.push(message);
    if (n % 6 === 4) sent.push(native([...stretch(first - 50, 20, 1.5), { s: "t9", ts: start, t: 5 }]));
    if (n % 6 === 5)
      sent.push({ lane: "data", payload: `{"v":1,"boot":1,"seq":${seq},"sent":1,"readings":[` });
    if (n % 20 === 9) sent.push({ lane: "data", payload: bodyOf(1, 1, stretch(50_000, 2)) });
  }
  return sent;
}

describe.each([
  ["PostgreSQL, Mosquitto and InfluxDB", openOutsideHouse],
  ["PGlite", openEmbeddedHouse],
] as const)("rebuilt from the inbox: %s", (_name, open) => {
  let house: House;
  let gateways: MqttGateway[];
  let before: Reading[];
  const liveFrom = 20_000;
  let live = 0;

  const everything = () =>
    house.readings.range({ tenant, points: house.points.map(({ point }) => point), from: 0, to: endOfTime });
  const settledPart = async () => (await everything()).filter(({ ts }) => ts < start + liveFrom * stepMs);
  const rebuild = (options: RebuildOptions = {}) => {
    const config = loadConfig({});
    const { store, readings } = house;
    const given = { store, readings, decode: decodeWith(config), graceMs: config.sealGraceMs };
    return rebuildReadings(given, options);
  };
  const wipe = async () => {
    const { influx, store } = house;
    if (influx === undefined) {
      await store.as({ role: "worker" }, async (tx) => {
        await tx.execute(sql`reset role`); // the database's owner: nobody in the service may delete readings
        await tx.execute(sql`delete from readings`);
      });
      return;
    }
    await influx.down();
    for (const part of ["data", "wal"]) rmSync(join(influx.folder, part), { recursive: true, force: true });
    await influx.restart();
  };
  /** All that was sent has come to its end; the broker's PUBACK alone says nothing of that. */
  const allProjected = async () => {
    for (const id of ids) {
      await house.projected(id, messagesOf(id).length + (id === signing ? 0 : live));
    }
  };
  /** A new reading of each plain gateway. */
  const publishLive = async () => {
    live += 1;
    for (const gateway of gateways.slice(0, plain.length)) {
      await gateway.publish("data", bodyOf(2, live, stretch(-liveFrom * 100 + live, 1)));
    }
  };

  beforeAll(async () => {
    house = await open(parts);
    gateways = await Promise.all(ids.map((id) => connectGateway(house.ingest.broker.url, id)));
    await Promise.all(
      gateways.flatMap((gateway) =>
        messagesOf(gateway.id).map(({ lane, payload }) => gateway.publish(lane, payload)),
      ),
    );
    await allProjected();
    before = await settledPart();
    // What was set aside stays aside, though the register has learnt of the sensor since.
    await house.store.as({ role: "app", tenant }, async (tx) => {
      const own = {
        tenantId: tenant,
        equipmentId: fridgeOf("gw-1"),
        since: 0,
        acceptedAt: 0,
        offline: false,
      };
      await tx
        .insert(sensors)
        .values({ ...own, id: "s-new", point: "point-new", gatewayId: "gw-1", channel: "t9" });
      await tx.insert(sensorPlacements).values({ ...own, sensorId: "s-new" });
    });
  });
  afterAll(async () => {
    for (const gateway of gateways ?? []) await gateway.close();
    await house?.stop();
  });

  test("what was sent has every kind of end", async () => {
    expect(before.length).toBeGreaterThan(24_000);
    const counters = await house.counters();
    expect(counters?.stored).toBe(before.length);
    expect(counters?.duplicate).toBeGreaterThan(2_000);
    const reasons = new Set((await house.lettersOf("gw-1")).map(({ reason }) => reason));
    expect(reasons).toEqual(new Set(["CONFLICT", "UNKNOWN_SENSOR", "MALFORMED", "SEQ_CONFLICT"]));
    expect(new Set(before.map(({ late }) => late))).toEqual(new Set([true]));
    expect(before.some(({ signedBy }) => signedBy === `${signing}.key-1`)).toBe(true);
  });

  test("emptied and rebuilt while messages keep coming: deep equal, and the live ones are there", async () => {
    await wipe();
    expect(await settledPart()).toEqual([]);
    let isOver = false;
    const coming = (async () => {
      while (!isOver) await publishLive();
    })();
    const rebuilt = await rebuild();
    isOver = true;
    await coming;
    await allProjected();
    expect(rebuilt).toMatchObject({ isComplete: true, refused: 0 });
    expect(rebuilt.written).toBe(rebuilt.expected);
    const after = await everything();
    expect(after.filter(({ inboxId }) => before.some((b) => b.inboxId === inboxId))).toEqual(before);
    expect(after).toHaveLength(before.length + live * plain.length);
  });

  test("rebuilt again over what is there: nothing changes", async () => {
    const whole = await everything();
    await rebuild();
    expect(await everything()).toEqual(whole);
  });

  test("stopped on the way and gone on from where it was: deep equal", async () => {
    const whole = await everything();
    await wipe();
    const stop = new AbortController();
    const stopped = await rebuild({ signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped.isComplete).toBe(false);
    const part = await everything();
    expect(part.length).toBeGreaterThan(0);
    expect(part.length).toBeLessThan(whole.length);
    const rest = await rebuild({ from: stopped.reached });
    expect(rest).toMatchObject({ isComplete: true, expected: null });
    expect(await everything()).toEqual(whole);
  });

  test("control: a message that is passed over is missed", async () => {
    const whole = await everything();
    await wipe();
    const first = (await house.rawOf("gw-1"))[0]?.id ?? 0;
    await rebuild({ from: first });
    const missing = whole.filter(({ inboxId }) => inboxId <= first);
    expect(missing.length).toBeGreaterThan(0);
    expect(await everything()).not.toEqual(whole);
    await wipe();
    await rebuild();
    expect(await everything()).toEqual(whole);
  });
});
