import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Alarm, Alarms, Chart, Equipment, LogState, Sites } from "#api/console-shapes.ts";
import { alarmsShape, chartShape, equipmentShape, logShape, sitesShape } from "#api/console-shapes.ts";
import { AlarmWatch } from "#jobs/watch-alarms.ts";
import { acknowledgeAlarm, findAlarm, listAlarms } from "#store/alarms.ts";
import { findEquipmentView } from "#store/equipment-view.ts";
import { saveProgress } from "#store/gateway-progress.ts";
import { keepLogAlarms, type LogTroubles } from "#store/log-alarms.ts";
import { readEquipment, readSensorsNow, readSites } from "#store/overview.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { alarms } from "#store/schema/alarms.ts";
import { audit } from "#store/schema/audit.ts";
import { sequenceGaps } from "#store/schema/sequence-gaps.ts";
import { sites } from "#store/schema/sites.ts";
import { type ApiNetwork, startApiNetwork, withKey } from "../support/api-network.ts";
import {
  labelOf,
  pointAt,
  seedExcursion,
  seedKey,
  seedLatest,
  seedOrganisation,
} from "../support/console-network.ts";
import { aReading } from "../support/readings.ts";

const minuteMs = 60_000;
const nobody = "0".repeat(32);

describe("the console's API", () => {
  let network: ApiNetwork;
  let keys: Record<"managerA" | "managerB" | "auditorA" | "operator", string>;
  let now = 0;

  beforeAll(async () => {
    network = await startApiNetwork();
    const { store } = network;
    now = network.now;
    const since = now - 600 * minuteMs;
    const fridge = (id: string, more: object = {}) => ({ id, since, ...more });
    await seedOrganisation(store, "shop-a", [
      fridge("fine", { sensors: 2 }),
      fridge("warm"),
      fridge("cold"),
      fridge("silent"),
      fridge("faulty"),
      fridge("expired", { calibratedUntil: now - 5 }),
      fridge("new"),
    ]);
    await seedOrganisation(store, "shop-b", [fridge("fine"), fridge("warm")]);
    await seedOrganisation(store, "head", [fridge("depot")]);
    const heard = (tenant: string, id: string, more: object = {}) =>
      seedLatest(store, tenant, [{ point: pointAt(tenant, id), ts: now - minuteMs, ...more }]);
    await heard("shop-a", "fine");
    await seedLatest(store, "shop-a", [
      { point: pointAt("shop-a", "fine", 2), ts: now - 2 * minuteMs, tMilliC: 7_900 },
    ]);
    await heard("shop-a", "warm", { tMilliC: 9_500 });
    await heard("shop-a", "cold", { tMilliC: 500 });
    await heard("shop-a", "silent", { ts: now - 42 * minuteMs });
    await heard("shop-a", "faulty", { tMilliC: null, err: "open" });
    await heard("shop-a", "expired");
    for (const id of ["fine", "warm"]) await heard("shop-b", id);
    await heard("head", "depot");
    await seedExcursion(store, "shop-a", {
      fridge: "warm",
      from: now - 9 * minuteMs,
      to: null,
      detectedAt: now,
    });
    await seedExcursion(store, "shop-a", {
      ...{ fridge: "cold", from: now - 7 * minuteMs, to: null, direction: "low", detectedAt: now },
    });
    await seedExcursion(store, "shop-b", {
      ...{ fridge: "warm", from: now - 90 * minuteMs, to: now - 60 * minuteMs, detectedAt: now },
    });
    await new AlarmWatch({ store, clock: () => now, startedAt: 0 }).pass();
    keys = {
      managerA: await seedKey(store, "shop-a", "manager"),
      managerB: await seedKey(store, "shop-b", "manager"),
      auditorA: await seedKey(store, "shop-a", "auditor"),
      operator: await seedKey(store, "head", "operator"),
    };
  });
  afterAll(() => network?.stop());
  beforeEach(() => network.nextMinute());

  async function get<Answer>(path: string, who: keyof typeof keys): Promise<Answer> {
    const response = await network.app.request(path, { headers: withKey(keys[who]) });
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as Answer;
  }

  async function refusal(path: string, who?: keyof typeof keys, init: RequestInit = {}): Promise<string> {
    const headers = { ...(who && withKey(keys[who])), "Content-Type": "application/json" };
    const response = await network.app.request(path, { ...init, headers });
    return ((await response.json()) as { code: string }).code;
  }

  /** The ids of an organisation's alarms. */
  async function alarmsOf(tenant: string): Promise<number[]> {
    const rows = await network.store.as({ role: "worker" }, (tx) =>
      tx.select({ id: alarms.id }).from(alarms).where(eq(alarms.tenantId, tenant)),
    );
    return rows.map(({ id }) => id);
  }

  describe("sites", () => {
    test("each state by its name, worst first, whatever is not known never in range", async () => {
      network.setClock(now);
      const said = await get<Sites>("/v1/sites", "managerA");
      expect(sitesShape.parse(said)).toEqual(said);
      const [site, ...others] = said.sites;
      expect(others).toEqual([]);
      expect(site).toMatchObject({
        organisation: { id: "shop-a" },
        id: "shop",
        state: "too-cold",
        kind: "shop",
      });
      expect(site?.equipment.map(({ names, state, since }) => [names.en, state, since])).toEqual([
        ["cold", "too-cold", new Date(now - 7 * minuteMs).toISOString()],
        ["warm", "too-warm", new Date(now - 9 * minuteMs).toISOString()],
        ["silent", "no-data", new Date(now - 42 * minuteMs).toISOString()],
        ["faulty", "sensor-fault", new Date(now - minuteMs).toISOString()],
        ["expired", "calibration-expired", new Date(now - 5).toISOString()],
        ["new", "never-reported", new Date(now - 600 * minuteMs).toISOString()],
        ["fine", "in-range", null],
      ]);
      expect(site?.equipment.at(-1)).toMatchObject({
        ...{ tC: 7.9, points: 2, lowerLimitC: 2, upperLimitC: 8, label: labelOf("shop-a", "fine") },
        asOf: new Date(now - 2 * minuteMs).toISOString(),
      });
      expect(site).toMatchObject({ openAlarms: 6, unacknowledged: 6 });
    });

    test("the operator sees everybody's, worst site first; what was in range is silent half an hour later", async () => {
      network.setClock(now);
      const before = await get<Sites>("/v1/sites", "operator");
      const states = before.sites.map(({ organisation, state }) => `${organisation.id} ${state}`);
      expect(states[0]).toBe("shop-a too-cold");
      expect(states.slice(1, 3).sort()).toEqual(["maker never-reported", "pharmacy never-reported"]);
      expect(states.slice(3).sort()).toEqual(["head in-range", "shop-b in-range"]);
      network.setClock(now + 30 * minuteMs);
      const after = await get<Sites>("/v1/sites", "operator");
      expect(after.sites.filter(({ state }) => state === "in-range")).toEqual([]);
    });

    test("one without anything to watch is listed, and never in range", async () => {
      network.setClock(now);
      await seedOrganisation(network.store, "bare", [{ id: "new", since: now }]);
      await network.store.as({ role: "app", tenant: "bare" }, (tx) =>
        tx.insert(sites).values({
          ...{ tenantId: "bare", id: "empty", label: labelOf("bare", "empty"), gln: "6900000000021" },
          ...{ names: { zh: "空", en: "Empty" }, kind: "shop", acceptedAt: 0 },
        }),
      );
      const bare = await seedKey(network.store, "bare", "manager");
      const response = await network.app.request("/v1/sites", { headers: withKey(bare) });
      const said = (await response.json()) as Sites;
      expect(sitesShape.parse(said)).toEqual(said);
      expect(said.sites).toMatchObject([
        { id: "shop", state: "never-reported" },
        { id: "empty", state: "no-equipment", equipment: [] },
      ]);
    });

    test("what was too warm when it fell silent says since when, what is heard does not", async () => {
      const silentSince = async (at: number) => {
        network.setClock(at);
        const { sites } = await get<Sites>("/v1/sites", "managerA");
        return sites[0]?.equipment.find(({ names }) => names.en === "warm")?.silentSince;
      };
      expect(await silentSince(now)).toBeNull();
      expect(await silentSince(now + 30 * minuteMs)).toBe(new Date(now - minuteMs).toISOString());
    });

    test("nobody in particular is asked to sign in; a key without the scope too", async () => {
      expect(await refusal("/v1/sites")).toBe("UNAUTHENTICATED");
      const answer = await network.app.request("/v1/sites", { headers: withKey(network.keys.pharmacy) });
      expect(answer.status).toBe(401);
    });
  });

  describe("equipment", () => {
    test("is shown whole", async () => {
      network.setClock(now);
      const said = await get<Equipment>(`/v1/equipment/${labelOf("shop-a", "expired")}`, "managerA");
      expect(equipmentShape.parse(said)).toEqual(said);
      expect(said).toMatchObject({
        ...{ state: "calibration-expired", scope: "shop", silentAfterMs: 30 * minuteMs },
        ...{ organisation: { id: "shop-a" }, site: { id: "shop" }, sealedUntil: null, anchoredUntil: null },
        sensors: [{ id: "expired-s1", tC: 5, err: null, calibration: { certificate: "C-1", expired: true } }],
        gateways: [{ id: "shop-a-gw", lastReceivedAt: null, signatureRequired: false, skewMs: null }],
        alarms: [{ kind: "calibration-expired", until: null, acknowledged: null }],
      });
    });

    test("says which messages of its gateways never came, as long as they are missing", async () => {
      network.setClock(now);
      const gap = { gatewayId: "shop-a-gw", boot: 4, toSeq: 9, beforeMs: now, filledAt: null };
      await network.store.as({ role: "worker" }, (tx) =>
        tx.insert(sequenceGaps).values([
          { ...gap, tenantId: "shop-a", fromSeq: 7, foundAt: now },
          { ...gap, tenantId: "shop-a", fromSeq: 1, toSeq: 2, foundAt: now - 1, filledAt: now },
          { ...gap, tenantId: "shop-b", fromSeq: 3, foundAt: now },
        ]),
      );
      const missing = [{ gateway: "shop-a-gw", boot: 4, from: 7, to: 9, since: new Date(now).toISOString() }];
      for (const who of ["managerA", "operator"] as const) {
        const said = await get<Equipment>(`/v1/equipment/${labelOf("shop-a", "expired")}`, who);
        expect(equipmentShape.parse(said)).toMatchObject({ missing });
      }
    });

    test("says how far its gateways' clocks are off, by their newest start that told", async () => {
      const boot = { gatewayId: "shop-a-gw", kid: null, upTo: 1, also: [], hash: new Uint8Array(32) };
      const heard = { ...boot, firstReceivedAt: 0, receiptedAt: null, tenantId: "shop-a" };
      await network.store.as({ role: "worker" }, (tx) =>
        saveProgress(tx, [
          { ...heard, boot: 1, lastReceivedAt: now - 2, skewMs: -5_000 },
          { ...heard, boot: 2, lastReceivedAt: now - 1, skewMs: 180_000 },
          { ...heard, boot: 3, lastReceivedAt: now, skewMs: null },
          { ...heard, boot: 4, lastReceivedAt: now, skewMs: 1, tenantId: "shop-b" },
        ]),
      );
      const said = await get<Equipment>(`/v1/equipment/${labelOf("shop-a", "expired")}`, "managerA");
      const lastReceivedAt = new Date(now).toISOString();
      expect(said.gateways).toMatchObject([{ id: "shop-a-gw", skewMs: 180_000, lastReceivedAt }]);
    });

    test.each(["", "/chart"])("of another organisation looks as if there were none%s", async (more) => {
      const foreign = `/v1/equipment/${labelOf("shop-b", "warm")}${more}`;
      expect(await refusal(foreign, "managerA")).toBe("NOT_FOUND");
      expect(await refusal(`/v1/equipment/${nobody}${more}`, "managerA")).toBe("NOT_FOUND");
      expect(await refusal(foreign, "operator")).not.toBe("NOT_FOUND");
      expect(await refusal("/v1/equipment/1;drop", "managerA")).toBe("BAD_REQUEST");
    });

    test("row-level security hides others' rows when the query's own filter is gone", async () => {
      const asShopA = { role: "app", tenant: "shop-a" } as const;
      const [foreign = 0] = await alarmsOf("shop-b");
      expect(foreign).toBeGreaterThan(0);
      await network.store.as(asShopA, async (tx) => {
        expect(await findEquipmentView(tx, null, labelOf("shop-b", "warm"))).toBeNull();
        expect((await readSites(tx, null)).map(({ tenantId }) => tenantId)).toEqual(["shop-a"]);
        for (const rows of [await readEquipment(tx, null), await readSensorsNow(tx, null, now)]) {
          expect(new Set(rows.map(({ tenantId }) => tenantId))).toEqual(new Set(["shop-a"]));
        }
        const all = await listAlarms(tx, null, { state: "all", limit: 100 });
        expect(new Set(all.map(({ tenantId }) => tenantId))).toEqual(new Set(["shop-a"]));
        expect(await findAlarm(tx, "shop-b", foreign)).toBeNull();
        const said = { at: 1, by: "x", action: "other", reason: "none" } as const;
        expect(await acknowledgeAlarm(tx, "shop-b", foreign, said)).toBe(false);
      });
    });
  });

  describe("a chart", () => {
    const label = labelOf("shop-a", "fine");
    const point = pointAt("shop-a", "fine");
    const span = (from: number, to: number) =>
      `?from=${new Date(from).toISOString()}&to=${encodeURIComponent(new Date(to).toISOString())}`;

    beforeAll(async () => {
      const readings = openPostgresReadings(network.store);
      const reading = (minutesAgo: number, change: object = {}) =>
        aReading({
          tenant: "shop-a",
          point,
          equipmentId: "fine",
          ts: now - minutesAgo * minuteMs,
          ...change,
        });
      await readings.write([
        ...[300, 290, 280].map((ago) => reading(ago)),
        ...[200, 190, 180].map((ago) => reading(ago, { tMilliC: 6_000, late: true })),
        reading(170, { door: true }),
        reading(169, { door: false, power: false }),
        ...[150, 130, 110, 90, 70, 50, 30, 10].map((ago) => reading(ago, { power: true })),
        aReading({ tenant: "shop-b", point, equipmentId: "fine", ts: now - 5 * minuteMs, tMilliC: 99_000 }),
      ]);
      await seedExcursion(network.store, "shop-a", {
        ...{ fridge: "fine", from: now - 20 * minuteMs, to: now - 15 * minuteMs, detectedAt: now },
      });
    });

    test("of six hours: buckets, exact gaps, doors, power cuts, excursions, late readings", async () => {
      network.setClock(now);
      const said = await get<Chart>(
        `/v1/equipment/${label}/chart${span(now - 310 * minuteMs, now + 20 * minuteMs)}`,
        "managerA",
      );
      expect(chartShape.parse(said)).toEqual(said);
      const [first, second] = said.series;
      expect(said.bucketMs).toBe(minuteMs);
      expect(first).toMatchObject({ sensor: "fine-s1", minC: 4.2, maxC: 6, n: 16, late: 3 });
      expect(first?.buckets).toHaveLength(16);
      expect(second).toMatchObject({ sensor: "fine-s2", n: 0, minC: null, coverage: 0 });
      expect(said.gaps).toEqual([
        { sensor: "fine-s1", from: now - 310 * minuteMs, to: now - 300 * minuteMs },
        { sensor: "fine-s1", from: now - 250 * minuteMs, to: now - 200 * minuteMs },
        { sensor: "fine-s2", from: now - 310 * minuteMs, to: null },
      ]);
      expect(first?.coverage).toBeCloseTo(250 / 310);
      expect(said.doors).toEqual([{ from: now - 170 * minuteMs, to: now - 169 * minuteMs }]);
      expect(said.powerCuts).toEqual([{ from: now - 169 * minuteMs, to: now - 150 * minuteMs }]);
      expect(said.excursions).toEqual([
        {
          ...{ sensor: "fine-s1", direction: "high", extremeC: 9 },
          ...{ from: now - 20 * minuteMs, to: now - 15 * minuteMs },
        },
      ]);
    });

    test("of 30 days hides no gap in its buckets, nor the time before the sensor was put there", async () => {
      network.setClock(now);
      const from = now - 30 * 1_440 * minuteMs;
      const said = await get<Chart>(`/v1/equipment/${label}/chart${span(from, now)}`, "managerA");
      expect(said.bucketMs).toBe(120 * minuteMs);
      expect(said.gaps.filter(({ sensor }) => sensor === "fine-s1")).toEqual([
        { sensor: "fine-s1", from, to: now - 300 * minuteMs },
        { sensor: "fine-s1", from: now - 250 * minuteMs, to: now - 200 * minuteMs },
      ]);
      expect(said.series[0]?.coverage).toBeCloseTo(250 / (30 * 1_440), 4);
      expect(said.series.every(({ buckets }) => buckets.length <= 500)).toBe(true);
    });

    test("of a time when no sensor lay there is one gap", async () => {
      network.setClock(now);
      const [from, to] = [now - 1_000 * minuteMs, now - 700 * minuteMs];
      const said = await get<Chart>(`/v1/equipment/${label}/chart${span(from, to)}`, "managerA");
      expect(said).toMatchObject({ series: [], gaps: [{ sensor: "", from, to }] });
    });

    test("of the last day by default", async () => {
      network.setClock(now);
      const said = await get<Chart>(`/v1/equipment/${label}/chart`, "managerA");
      expect([said.from, said.to, said.bucketMs]).toEqual([now - 1_440 * minuteMs, now, 5 * minuteMs]);
    });

    test.each([
      ["the end before the beginning", span(2_000, 1_000)],
      ["more than 400 days", span(0, 401 * 1_440 * minuteMs)],
      ["no time", "?from=yesterday"],
      ["a field nobody knows", "?fields=password"],
    ])("is refused for %s", async (_name, query) => {
      expect(await refusal(`/v1/equipment/${label}/chart${query}`, "managerA")).toBe("BAD_REQUEST");
    });
  });

  describe("alarms", () => {
    const acknowledge = (id: number, who: keyof typeof keys, organisation: string, body: unknown) =>
      network.app.request(`/v1/alarms/${organisation}/${id}/acknowledge`, {
        method: "POST",
        headers: { ...withKey(keys[who]), "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    const said = { action: "moved", reason: "Stock moved to the second refrigerator" };

    test("unacknowledged ones that last come first, then newest; page by page the same", async () => {
      const all = await get<Alarms>("/v1/alarms?state=all", "operator");
      expect(alarmsShape.parse(all)).toEqual(all);
      expect(all.next).toBeNull();
      const paged: Alarm[] = [];
      let next: string | null = "";
      while (next !== null) {
        const page: Alarms = await get(
          `/v1/alarms?state=all&limit=2${next && `&cursor=${next}`}`,
          "operator",
        );
        paged.push(...page.alarms);
        next = page.next;
      }
      expect(paged).toEqual(all.alarms);
      const isLasting = all.alarms.map(({ clearedAt }) => clearedAt === null);
      expect(isLasting).toEqual(isLasting.toSorted((a, b) => Number(b) - Number(a)));
      expect(isLasting).toContain(false);
      const own = await get<Alarms>("/v1/alarms", "managerA");
      expect(own.alarms.map(({ kind }) => kind).sort()).toEqual([
        ...["calibration-expired", "no-data", "no-data", "sensor-fault", "too-cold", "too-warm"],
      ]);
      expect(own.alarms.every(({ organisation }) => organisation.id === "shop-a")).toBe(true);
      expect(await refusal("/v1/alarms?cursor=1-2", "managerA")).toBe("BAD_REQUEST");
    });

    test("one that lasts is acknowledged once, with its audit record, and told with it", async () => {
      const own = await get<Alarms>("/v1/alarms", "managerA");
      const warm = own.alarms.find(({ kind }) => kind === "too-warm") as Alarm;
      const done = await acknowledge(warm.id, "managerA", "shop-a", said);
      expect(done.status).toBe(200);
      const told = (await done.json()) as Alarm;
      expect(told).toMatchObject({ id: warm.id, clearedAt: null, acknowledged: { by: "manager", ...said } });
      const again = await acknowledge(warm.id, "operator", "shop-a", { ...said, action: "other" });
      expect(again.status).toBe(409);
      const problem = (await again.json()) as { detail: string };
      expect(problem.detail).toContain(`by manager at ${told.acknowledged?.at}`);
      const trail = await network.store.as({ role: "app", tenant: "shop-a" }, (tx) =>
        tx.select().from(audit).where(eq(audit.action, "alarm.acknowledge")),
      );
      expect(trail).toMatchObject([
        {
          ...{ actor: "apiKey:manager", subject: `alarm ${warm.id}`, reason: said.reason, old: null },
          new: { action: "moved", kind: "too-warm", equipment: labelOf("shop-a", "warm") },
        },
      ]);
      const [site] = (await get<Sites>("/v1/sites", "managerA")).sites;
      expect(site).toMatchObject({ openAlarms: 6, unacknowledged: 5 });
    });

    test("one that is over is acknowledged by the operator for the organisation, and is closed then", async () => {
      const [over] = (await get<Alarms>("/v1/alarms", "managerB")).alarms;
      expect(over?.clearedAt).not.toBeNull();
      const done = await acknowledge(over?.id ?? 0, "operator", "shop-b", said);
      expect(done.status).toBe(200);
      expect((await get<Alarms>("/v1/alarms", "managerB")).alarms).toEqual([]);
      expect((await get<Alarms>("/v1/alarms?state=all", "managerB")).alarms).toHaveLength(1);
    });

    test("one that only back-fill tells of says up to when, and does not count as lasting", async () => {
      const [from, knownTo] = [now - 50 * minuteMs, now - 40 * minuteMs];
      await seedExcursion(network.store, "shop-b", {
        ...{ fridge: "fine", from, to: null, knownTo, detectedAt: now },
      });
      await new AlarmWatch({ store: network.store, clock: () => now, startedAt: 0 }).pass();
      const told = await get<Alarms>("/v1/alarms", "managerB");
      expect(told.alarms).toMatchObject([
        { until: null, clearedAt: null, knownUntil: new Date(knownTo).toISOString() },
      ]);
      const [site] = (await get<Sites>("/v1/sites", "managerB")).sites;
      expect(site).toMatchObject({ openAlarms: 1, lastingAlarms: 0, unacknowledged: 1, state: "too-warm" });
    });

    test("an auditor, a stranger and an id that nobody has get the same answer", async () => {
      const [any] = (await get<Alarms>("/v1/alarms", "auditorA")).alarms;
      const id = any?.id ?? 0;
      const bodies = [
        await acknowledge(id, "auditorA", "shop-a", said),
        await acknowledge(id, "managerB", "shop-a", said),
        await acknowledge(id, "managerB", "shop-b", said),
        await acknowledge(999_999, "managerA", "shop-a", said),
      ].map(async (response) => {
        const { requestId: _, ...rest } = (await response.json()) as Record<string, unknown>;
        return rest;
      });
      const [first, ...others] = await Promise.all(bodies);
      expect(first).toMatchObject({ status: 404, code: "NOT_FOUND" });
      for (const other of others) expect(other).toEqual(first);
      const still = await get<Alarms>("/v1/alarms", "auditorA");
      expect(still.alarms.find((alarm) => alarm.id === id)?.acknowledged).toBeNull();
    });

    test.each([
      ["no reason", { action: "moved" }],
      ["a reason of blanks", { action: "moved", reason: "     " }],
      ["an act that nobody knows", { action: "ignored", reason: "because" }],
      ["a field that nobody knows", { ...said, tenant_id: "shop-b" }],
      ["half a character", { action: "other", reason: "abc \ud800" }],
    ])("is not acknowledged with %s", async (_name, body) => {
      const response = await acknowledge(1, "managerA", "shop-a", body);
      expect(response.status).toBe(400);
    });

    test.each(["1e3", "0", "-1", "0x10", "１"])("has no id %s", async (id) => {
      const path = `/v1/alarms/shop-a/${encodeURIComponent(id)}/acknowledge`;
      expect(await refusal(path, "managerA", { method: "POST", body: JSON.stringify(said) })).toBe(
        "BAD_REQUEST",
      );
    });
  });

  describe("the log", () => {
    test("before any chain says so, and what waits", async () => {
      const state = await get<LogState>("/v1/log/overview", "auditorA");
      expect(logShape.parse(state)).toEqual(state);
      expect(state).toMatchObject({
        state: "no-chain",
        chain: null,
        anchored: null,
        checkpoints: [],
        seals: [],
      });
      expect(await refusal("/v1/log/overview")).toBe("UNAUTHENTICATED");
    });

    test("an alarm about it is its operators', at no site; everybody sees on its page that it has forked", async () => {
      const about = { origin: "coldmark.test/log", now };
      const keep = (troubles: LogTroubles) =>
        network.store.as({ role: "worker" }, (tx) => keepLogAlarms(tx, troubles, about));
      const ofLog = async (who: keyof typeof keys) => {
        const page = await get<Alarms>("/v1/alarms", who);
        expect(alarmsShape.parse(page)).toEqual(page);
        return page.alarms.filter(({ kind }) => kind.startsWith("log-"));
      };
      const fork = { kind: "log-fork", detail: "another root than ours at size 2" } as const;
      await keep({ lasting: [], over: ["log-fork"] });
      expect(await ofLog("operator")).toEqual([]);
      await keep({ lasting: [fork], over: [] });
      await keep({ lasting: [fork], over: ["log-costly"] });
      const [alarm, ...others] = await ofLog("operator");
      expect(others).toEqual([]);
      expect(alarm).toMatchObject({
        ...{ kind: "log-fork", organisation: { id: "op" }, site: null, equipment: null, until: null },
      });
      for (const who of ["managerA", "auditorA"] as const) expect(await ofLog(who)).toEqual([]);
      const state = await get<LogState>("/v1/log/overview", "auditorA");
      expect(logShape.parse(state)).toEqual(state);
      const since = new Date(now).toISOString();
      expect(state).toMatchObject({ state: "fork", troubles: [{ kind: "log-fork", since }] });
      const said = JSON.stringify({ action: "called", reason: "the key was stolen" });
      const path = `/v1/alarms/op/${alarm?.id}/acknowledge`;
      const headers = { ...withKey(keys.operator), "Content-Type": "application/json" };
      const answer = await network.app.request(path, { method: "POST", headers, body: said });
      expect(answer.status).toBe(200);
      expect(await ofLog("operator")).toMatchObject([{ clearedAt: null, acknowledged: { by: "operator" } }]);
      await keep({ lasting: [], over: ["log-fork"] });
      expect(await ofLog("operator")).toEqual([]);
      expect(await get<LogState>("/v1/log/overview", "auditorA")).toMatchObject({ troubles: [] });
    });
  });
});
