import { and, asc, eq, sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { loadConfig } from "#config";
import { startIngest } from "#ingest/run.ts";
import { startJobs } from "#jobs/run.ts";
import { AlarmWatch } from "#jobs/watch-alarms.ts";
import { acknowledgeAlarm, countAlarmsAtNoSite, listAlarms } from "#store/alarms.ts";
import type { Store } from "#store/connect.ts";
import { dropExcursions, type Excursion, saveExcursions } from "#store/excursions.ts";
import { type Finding, recordFindings } from "#store/findings.ts";
import { ensureCursors } from "#store/inbox.ts";
import { readSensorsNow, readSites } from "#store/overview.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { alarms } from "#store/schema/alarms.ts";
import { calibrations } from "#store/schema/calibrations.ts";
import { cursors } from "#store/schema/cursors.ts";
import { excursions } from "#store/schema/excursions.ts";
import { gateways } from "#store/schema/gateways.ts";
import { inbox } from "#store/schema/inbox.ts";
import { latestValues } from "#store/schema/latest-values.ts";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";
import { labelOf, pointAt, seedExcursion, seedLatest, seedOrganisation } from "../support/console-network.ts";
import { fridgeOf, pointOf, registerGateways } from "../support/gateway-network.ts";
import { bodyOf, connectGateway, type MqttGateway } from "../support/mqtt-gateway.ts";

const minuteMs = 60_000;
const receiptKey = { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) };

describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("alarms on %s", (_name, open) => {
  let opened: OpenedStore;
  let store: Store;
  let now = 0;
  let tenant = "";
  let run = 0;
  let watch: AlarmWatch;
  const clock = () => now;
  const point = () => pointAt(tenant, "fridge");

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  afterAll(() => opened?.stop());
  beforeEach(async () => {
    run += 1;
    tenant = `alarms-${run}`;
    now = Date.UTC(2026, 2, run, 12);
    watch = new AlarmWatch({ store, clock, startedAt: 0 });
    const since = now - 1_000 * minuteMs;
    await seedOrganisation(store, tenant, [{ id: "fridge", sensors: 2, since }]);
    await hear(now);
  });

  /** Both points of the refrigerator say that all is well. */
  async function hear(ts: number): Promise<void> {
    const both = [1, 2].map((sensor) => ({ point: pointAt(tenant, "fridge", sensor), ts }));
    await seedLatest(store, tenant, both);
  }

  function rows() {
    return store.as({ role: "worker" }, (tx) =>
      tx
        .select()
        .from(alarms)
        .where(and(eq(alarms.tenantId, tenant)))
        .orderBy(asc(alarms.sinceTs), asc(alarms.kind)),
    );
  }

  async function told() {
    return (await rows()).map(({ kind, sinceTs, untilTs, openedAt, clearedAt }) => {
      return { kind, sinceTs, untilTs, openedAt, clearedAt };
    });
  }

  test("nothing wrong, no alarm", async () => {
    await watch.pass();
    expect(await told()).toEqual([]);
  });

  test("too warm: opened once, however often it is looked at, and cleared with the excursion's end", async () => {
    const from = now - 5 * minuteMs;
    await seedExcursion(store, tenant, { fridge: "fridge", from, to: null, detectedAt: now });
    await seedExcursion(store, tenant, {
      fridge: "fridge",
      sensor: 2,
      from: from + 9,
      to: null,
      detectedAt: now,
    });
    await watch.pass();
    const openedAt = now;
    now += 2_000;
    await watch.pass();
    await new AlarmWatch({ store, clock, startedAt: 0 }).pass();
    const warm = { kind: "too-warm", sinceTs: from, openedAt };
    expect(await told()).toEqual([{ ...warm, untilTs: null, clearedAt: null }]);
    const to = now + minuteMs;
    await seedExcursion(store, tenant, { fridge: "fridge", from, to, detectedAt: openedAt });
    await seedExcursion(store, tenant, {
      fridge: "fridge",
      sensor: 2,
      from: from + 9,
      to: to - 9,
      detectedAt: openedAt,
    });
    now += 2 * minuteMs;
    await watch.pass();
    expect(await told()).toEqual([{ ...warm, untilTs: to, clearedAt: now }]);
  });

  test("history that a gateway filled in is an alarm that is over and nobody acknowledged", async () => {
    const [from, to] = [now - 600 * minuteMs, now - 500 * minuteMs];
    await seedExcursion(store, tenant, { fridge: "fridge", from, to, detectedAt: now });
    await watch.pass();
    expect(await told()).toEqual([
      { kind: "too-warm", sinceTs: from, untilTs: to, openedAt: now, clearedAt: now },
    ]);
  });

  test("what late readings make longer and worse is to be acknowledged again, however long it was over", async () => {
    const day = 24 * 60 * minuteMs;
    const [from, to] = [now - 10 * day, now - 10 * day + 30 * minuteMs];
    const row = { ...excursionOf(from), toTs: to, extremeMilliC: 9_000 };
    await keepExcursion(row, now);
    await watch.pass();
    const [{ id } = { id: 0 }] = await rows();
    expect(await acknowledge(id, "a short one")).toBe(true);
    expect(await acknowledge(id, "a short one")).toBe(false);
    now += 3 * day;
    await hear(now);
    await keepExcursion(row, now);
    await watch.pass();
    expect(await rows()).toMatchObject([{ id, untilTs: to, grewAt: null }]);
    await keepExcursion({ ...row, toTs: to + 90 * minuteMs, extremeMilliC: 20_000 }, now);
    await watch.pass();
    expect(await rows()).toMatchObject([
      {
        id,
        sinceTs: from,
        untilTs: to + 90 * minuteMs,
        extremeMilliC: 20_000,
        grewAt: now,
        reason: "a short one",
      },
    ]);
    const [site] = await store.as({ role: "app", tenant }, (tx) => readSites(tx, tenant));
    expect(site).toMatchObject({ openAlarms: 1, unacknowledged: 1 });
    expect(await acknowledge(id, "thrown away")).toBe(true);
    const [done] = await store.as({ role: "app", tenant }, (tx) => readSites(tx, tenant));
    expect(done).toMatchObject({ openAlarms: 0, unacknowledged: 0 });

    function acknowledge(which: number, reason: string) {
      const said = { at: now, by: "me", action: "checked", reason } as const;
      return store.as({ role: "app", tenant }, (tx) => acknowledgeAlarm(tx, tenant, which, said));
    }
  });

  test("a certificate that is yet to begin does not stand for one that ran out", async () => {
    await store.as({ role: "app", tenant }, async (tx) => {
      await tx
        .update(calibrations)
        .set({ validUntil: now - 1 })
        .where(eq(calibrations.tenantId, tenant));
      const next = { calibratedAt: now + minuteMs, validUntil: now + 500 * minuteMs };
      const rows = ["fridge-s1", "fridge-s2"].map((sensorId) => ({
        tenantId: tenant,
        sensorId,
        certificate: "C-2",
        ...next,
      }));
      await tx.insert(calibrations).values(rows);
    });
    await watch.pass();
    expect((await told()).map(({ kind, clearedAt }) => [kind, clearedAt])).toEqual([
      ["calibration-expired", null],
    ]);
    const sensorsAt = (at: number) =>
      store.as({ role: "app", tenant }, (tx) => readSensorsNow(tx, tenant, at));
    expect((await sensorsAt(now)).map(({ certificate }) => certificate)).toEqual(["C-1", "C-1"]);
    now += minuteMs;
    expect((await sensorsAt(now)).map(({ certificate }) => certificate)).toEqual(["C-2", "C-2"]);
    await watch.pass();
    expect((await told()).map(({ clearedAt }) => clearedAt)).toEqual([now]);
  });

  test("silence is called only by who listened for as long, and not while messages wait to be read", async () => {
    now += 31 * minuteMs;
    const restarted = new AlarmWatch({ store, clock, startedAt: now - 30 * minuteMs + 1 });
    await restarted.pass();
    expect(await told()).toEqual([]);
    const bytes = new Uint8Array(32);
    const message = { gateway: "g", topic: "t", lane: "data", payload: bytes, sha256: bytes, door: "test" };
    const asWorker = { role: "worker" } as const;
    const [waiting] = await store.as(asWorker, (tx) =>
      tx
        .insert(inbox)
        .values({ ...message, receivedAt: now - minuteMs - 1 })
        .returning({ id: inbox.id }),
    );
    now += 1;
    await restarted.pass();
    expect(await told()).toEqual([]);
    await store.as(asWorker, async (tx) => {
      await ensureCursors(tx);
      await tx
        .update(cursors)
        .set({ position: waiting?.id ?? 0 })
        .where(eq(cursors.name, "projector"));
    });
    await restarted.pass();
    expect((await told()).map(({ kind }) => kind)).toEqual(["no-data"]);
  });

  test("a sensor of a gateway that brings files in says so", async () => {
    const isReplay = async () => {
      const rows = await store.as({ role: "app", tenant }, (tx) => readSensorsNow(tx, tenant, now));
      return rows.map((row) => row.isReplay);
    };
    expect(await isReplay()).toEqual([false, false]);
    await store.as({ role: "app", tenant }, (tx) =>
      tx.update(gateways).set({ kind: "replay" }).where(eq(gateways.tenantId, tenant)),
    );
    expect(await isReplay()).toEqual([true, true]);
  });

  /** An excursion of the first point as the projector keeps it. */
  function excursionOf(fromTs: number): Excursion {
    return {
      ...{ tenantId: tenant, equipmentId: "fridge", point: point(), fromTs, toTs: null, direction: "high" },
      ...{ knownTo: null, extremeMilliC: 9_000, limitMilliC: 8_000, detectedAt: now, queued: false },
    };
  }

  function keepExcursion(row: Excursion, at: number): Promise<void> {
    return store.as({ role: "worker" }, (tx) => saveExcursions(tx, [row], at));
  }

  test("a late reading that moves the beginning moves the alarm, one that joins two doubles none", async () => {
    const begun = now;
    const at = (minutes: number) => begun - minutes * minuteMs;
    await seedExcursion(store, tenant, { fridge: "fridge", from: at(100), to: at(90), detectedAt: now });
    await seedExcursion(store, tenant, { fridge: "fridge", from: at(60), to: null, detectedAt: now });
    await watch.pass();
    const [first, second] = await told();
    now += 2_000;
    await drop(at(60));
    await seedExcursion(store, tenant, { fridge: "fridge", from: at(70), to: null, detectedAt: now });
    await watch.pass();
    expect(await told()).toEqual([first, { ...second, sinceTs: at(70) }]);
    await drop(at(70));
    await seedExcursion(store, tenant, { fridge: "fridge", from: at(100), to: null, detectedAt: now });
    await new AlarmWatch({ store, clock, startedAt: 0 }).pass();
    expect(await told()).toEqual([first, { ...second, sinceTs: at(70) }]);

    async function drop(fromTs: number): Promise<void> {
      await store.as({ role: "worker" }, async (tx) => {
        const rows = await tx
          .select()
          .from(excursions)
          .where(and(eq(excursions.tenantId, tenant), eq(excursions.fromTs, fromTs)));
        expect(rows).toHaveLength(1);
        await dropExcursions(tx, rows);
      });
    }
  });

  test("an excursion was missed while nobody watched: found from where the alarms themselves end", async () => {
    await seedExcursion(store, tenant, { fridge: "fridge", from: now - 5, to: now - 4, detectedAt: now });
    await watch.pass();
    now += 3 * 24 * 60 * minuteMs;
    const [from, to] = [now - 2 * 24 * 60 * minuteMs, now - 24 * 60 * minuteMs];
    await seedExcursion(store, tenant, { fridge: "fridge", from, to, detectedAt: from });
    await hear(now);
    await new AlarmWatch({ store, clock, startedAt: 0 }).pass();
    expect((await told()).map(({ sinceTs, untilTs }) => [sinceTs, untilTs])).toContainEqual([from, to]);
  });

  test("silence, a fault and an expired calibration open and clear by themselves", async () => {
    const heard = now;
    now += 31 * minuteMs;
    await watch.pass();
    expect(await told()).toEqual([
      { kind: "no-data", sinceTs: heard, untilTs: null, openedAt: now, clearedAt: null },
    ]);
    await hear(now);
    await seedLatest(store, tenant, [{ point: point(), ts: now, tMilliC: null, err: "open" }]);
    await watch.pass();
    const silent = { kind: "no-data", sinceTs: heard, untilTs: now, openedAt: now, clearedAt: now };
    const faulty = { kind: "sensor-fault", sinceTs: now, untilTs: null, openedAt: now, clearedAt: null };
    expect(await told()).toEqual([silent, faulty]);
    await hear(now + 1);
    await setCalibration(now - 1);
    await watch.pass();
    expect((await told()).map(({ kind, clearedAt }) => [kind, clearedAt !== null])).toEqual([
      ["no-data", true],
      ["calibration-expired", false],
      ["sensor-fault", true],
    ]);
    await setCalibration(now + 1_000 * minuteMs);
    await watch.pass();
    expect((await told()).filter(({ clearedAt }) => clearedAt === null)).toEqual([]);

    async function setCalibration(validUntil: number): Promise<void> {
      await store.as({ role: "app", tenant }, (tx) =>
        tx
          .update(calibrations)
          .set({ validUntil })
          .where(and(eq(calibrations.tenantId, tenant), eq(calibrations.sensorId, "fridge-s1"))),
      );
    }
  });

  test("back-fill alone raises a retrospective alarm; a live reading outside makes it last, one inside ends it", async () => {
    const ids = ["out", "in"].map((name) => `gw-${tenant}-${name}`) as [string, string];
    await registerGateways(
      store,
      tenant,
      ids.map((id) => ({ id })),
    );
    const parts = { store, clock, log: pino({ level: "silent" }), readings: openPostgresReadings(store) };
    const ingest = await startIngest({ ...parts, config: loadConfig({ MQTT_PORT: "0" }), receiptKey });
    const at = (minutesAgo: number) => now - minutesAgo * minuteMs;
    const warm = { kind: "too-warm", sinceTs: at(50), extremeMilliC: 10_000, openedAt: now };
    const retrospective = { ...warm, untilTs: null, clearedAt: null, grewAt: null };
    try {
      const gateways = await Promise.all(ids.map((id) => connectGateway(ingest.broker.url, id)));
      let seq = 0;
      const send = async (lane: string, who: readonly MqttGateway[], readings: [number, number][]) => {
        seq += 1;
        const body = bodyOf(
          1,
          seq,
          readings.map(([ago, t]) => ({ s: "t1", ts: at(ago), t })),
          now,
        );
        await Promise.all(who.map((gateway) => gateway.publish(lane, body)));
        const newest = Math.max(...readings.map(([ago]) => at(ago)));
        for (const { id } of who) await vi.waitFor(async () => expect(await newestOf(id)).toBe(newest));
        await watch.pass();
      };
      const [out, inside] = gateways as [MqttGateway, MqttGateway];

      await send("hist", gateways, [
        [60, 5],
        [50, 9],
        [40, 10],
      ]);
      for (const id of ids) expect(await warmOf(id)).toMatchObject([{ ...retrospective, knownTo: at(40) }]);
      expect(await lastingWarm()).toBe(0);
      await send("hist", gateways, [[30, 9.5]]);
      for (const id of ids) expect(await warmOf(id)).toMatchObject([{ ...retrospective, knownTo: at(30) }]);
      const [{ id } = { id: 0 }] = await warmOf(out.id);
      const said = { at: now, by: "me", action: "checked", reason: "long ago" } as const;
      await store.as({ role: "app", tenant }, (tx) => acknowledgeAlarm(tx, tenant, id, said));

      await send("data", [out], [[2, 8.5]]);
      expect(await warmOf(out.id)).toMatchObject([
        { ...retrospective, id, knownTo: null, grewAt: now + 1, reason: "long ago" },
      ]);
      expect(await lastingWarm()).toBe(1);
      await send(
        "hist",
        [out],
        [
          [2, 8.5],
          [1, 9],
        ],
      );
      expect(await warmOf(out.id)).toMatchObject([{ untilTs: null, knownTo: null, clearedAt: null }]);
      await send("data", gateways, [[0, 5]]);
      for (const each of ids)
        expect(await warmOf(each)).toMatchObject([{ ...warm, untilTs: now, knownTo: null, clearedAt: now }]);
      const [closed] = await warmOf(inside.id);
      expect(closed?.grewAt).toBeNull();
      await Promise.all(gateways.map((gateway) => gateway.close()));
    } finally {
      await ingest.stop();
    }

    async function warmOf(id: string) {
      const own = await rows();
      return own.filter(({ equipmentId, kind }) => equipmentId === fridgeOf(id) && kind === "too-warm");
    }

    async function newestOf(id: string): Promise<number | undefined> {
      const found = await store.as({ role: "worker" }, (tx) =>
        tx
          .select()
          .from(latestValues)
          .where(eq(latestValues.point, pointOf(id))),
      );
      return found[0]?.ts;
    }

    /** What the site counts as lasting, without silence and certificates. */
    async function lastingWarm(): Promise<number> {
      const [site] = await store.as({ role: "app", tenant }, (tx) => readSites(tx, tenant));
      const others = (await rows()).filter(
        ({ kind, clearedAt }) => kind !== "too-warm" && clearedAt === null,
      );
      return (site?.lastingAlarms ?? 0) - others.length;
    }
  });

  test("what contradicts what came before is an alarm, the same message again is none", async () => {
    const id = `gw-${tenant}`;
    await registerGateways(store, tenant, [{ id }]);
    const parts = { store, clock, log: pino({ level: "silent" }), readings: openPostgresReadings(store) };
    const ingest = await startIngest({ ...parts, config: loadConfig({ MQTT_PORT: "0" }), receiptKey });
    const integrity = async () => (await rows()).filter(({ kind }) => kind === "integrity");
    try {
      const gateway = await connectGateway(ingest.broker.url, id);
      const send = (seq: number, ts: number, t: number) =>
        gateway.publish("data", bodyOf(1, seq, [{ s: "t1", ts, t }], now));
      const ended = async () => {
        const [{ sum } = { sum: 0 }] = await store.as({ role: "worker" }, (tx) =>
          tx
            .select({ sum: sql<number>`stored + duplicate + dead_letter`.mapWith(Number) })
            .from(cursors)
            .where(eq(cursors.name, "projector")),
        );
        return sum;
      };
      const before = await ended();
      const dealtWith = (readings: number) =>
        vi.waitFor(async () => expect(await ended()).toBe(before + readings));
      const [first, second] = [now - minuteMs, now];
      await send(1, first, 5);
      await send(1, first, 5);
      await send(2, second, 5);
      await dealtWith(3);
      expect(await integrity()).toEqual([]);

      await send(1, first, 6);
      await dealtWith(4);
      const raised = { equipmentId: fridgeOf(id), siteId: null, openedAt: now, acknowledgedAt: null };
      const over = { ...raised, sinceTs: now, untilTs: now, clearedAt: now };
      expect(await integrity()).toMatchObject([over]);
      const openedAt = now;
      now += minuteMs;
      await send(3, second, 6);
      await dealtWith(5);
      expect(await integrity()).toMatchObject([{ ...raised, openedAt, sinceTs: openedAt, untilTs: now }]);
      const [{ id: alarm } = { id: 0 }] = await integrity();
      const said = { at: now, by: "me", action: "checked", reason: "a copied gateway" } as const;
      await store.as({ role: "app", tenant }, (tx) => acknowledgeAlarm(tx, tenant, alarm, said));
      now += minuteMs;
      await send(3, second, 7);
      await dealtWith(6);
      expect(await integrity()).toMatchObject([
        { id: alarm, reason: said.reason, untilTs: openedAt + minuteMs },
        { ...over, openedAt: now, sinceTs: now, untilTs: now, clearedAt: now },
      ]);
      await gateway.close();
    } finally {
      await ingest.stop();
    }
  });

  test("a contradiction stands where the gateway's equipment is, else at its site; a hole is no alarm", async () => {
    const find = (kind: Finding["kind"], subject: string, at: number) =>
      store.as({ role: "worker" }, (tx) => recordFindings(tx, [{ tenant, kind, subject, detail: {} }], at));
    const places = async () =>
      (await rows()).map(({ equipmentId, siteId, kind }) => [kind, equipmentId, siteId]);
    await find("SEQ_GAP", "fridge", now);
    await find("SEQ_GAP_FILLED", "fridge", now);
    expect(await places()).toEqual([]);
    const bare = { kind: "native", signatureRequired: false, acceptedAt: 0 } as const;
    await store.as({ role: "app", tenant }, (tx) =>
      tx.insert(gateways).values([
        { ...bare, tenantId: tenant, id: "bare", siteId: "shop" },
        { ...bare, tenantId: tenant, id: "nowhere" },
      ]),
    );
    for (let n = 0; n < 3; n += 1) await find("SEQ_CONFLICT", "bare", now + n);
    await find("TOO_MANY_BOOTS", `${tenant}-gw`, now + 3);
    await find("TOO_MANY_BOOTS", "nowhere", now + 4);
    await find("READING_CONFLICT", point(), now + 5);
    expect(await places()).toEqual([
      ["integrity", null, "shop"],
      ["integrity", "fridge", null],
      ["integrity", null, null],
    ]);
    const who = { role: "app", tenant } as const;
    const listed = await store.as(who, (tx) => listAlarms(tx, tenant, { state: "open", limit: 9 }));
    expect(listed.map(({ siteNames, label, siteId }) => [siteId, siteNames?.en, label])).toEqual([
      [null, undefined, null],
      ["shop", "Demo", labelOf(tenant, "fridge")],
      ["shop", "Demo", null],
    ]);
    const [site] = await store.as(who, (tx) => readSites(tx, tenant));
    expect(site).toMatchObject({ openAlarms: 2, lastingAlarms: 0, unacknowledged: 2 });
    expect(await store.as(who, (tx) => countAlarmsAtNoSite(tx, tenant))).toEqual({
      ...{ open: 1, unacknowledged: 1 },
    });
    await watch.pass();
    expect(await places()).toHaveLength(3);
  });

  test("a pass that is cut off before its end leaves nothing half done, and the next one no double", async () => {
    const from = now - 5 * minuteMs;
    await seedExcursion(store, tenant, { fridge: "fridge", from, to: null, detectedAt: now });
    const dying: Store = {
      ...store,
      as: (who, work) =>
        store.as(who, async (tx) => {
          await work(tx);
          throw new Error("killed");
        }),
    };
    await expect(new AlarmWatch({ store: dying, clock, startedAt: 0 }).pass()).rejects.toThrow("killed");
    expect(await told()).toEqual([]);
    await new AlarmWatch({ store, clock, startedAt: 0 }).pass();
    await new AlarmWatch({ store, clock, startedAt: 0 }).pass();
    expect(await told()).toHaveLength(1);
  });

  test("the room watches by itself, and two at once open one alarm", async () => {
    const log = pino({ level: "silent" });
    const parts = { store, clock, log, config: loadConfig({}) };
    const rooms = [startJobs(parts), startJobs(parts)];
    const from = now - 5 * minuteMs;
    await seedExcursion(store, tenant, { fridge: "fridge", from, to: null, detectedAt: now });
    await vi.waitFor(async () => expect(await told()).toHaveLength(1), { timeout: 10_000 });
    await Promise.all(rooms.map((room) => room.stop()));
    expect(await told()).toHaveLength(1);
  });
});
