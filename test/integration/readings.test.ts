import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openInfluxReadings } from "#store/readings/influx.ts";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { type OpenedReadings, readingsStores } from "../support/each-readings-store.ts";
import { startInflux, type TestInflux } from "../support/influx.ts";
import { stopWhole } from "../support/process-tree.ts";
import { aReading } from "../support/readings.ts";

const start = 1_700_000_000_000;
const all = { from: 0, to: 4_000_000_000_000 };

describe.each(readingsStores)("readings in %s", (_name, open) => {
  let opened: OpenedReadings;
  let readings: ReadingsStore;
  let tenant = "";
  let run = 0;

  beforeAll(async () => {
    opened = await open();
    readings = opened.readings;
  });
  afterAll(() => opened?.stop());
  beforeEach(() => {
    run += 1;
    tenant = `tenant-${run}`;
  });

  const own = (change: Partial<Reading> = {}) => aReading({ tenant, ...change });

  test("what was written comes back, every field", async () => {
    const full = own({
      rhPermille: 551,
      door: true,
      power: false,
      lat: 31.230_416,
      lon: -121.473_701,
      err: "probe.open",
      late: true,
      signedBy: "gw-1.key-1",
    });
    const bare = own({ ts: start + 1, tMilliC: null, door: false, equipmentId: "" });
    expect(await readings.write([full, bare])).toEqual([]);
    expect(await readings.range({ tenant, points: ["p1"], ...all })).toEqual([full, bare]);
  });

  test("readings of a point that was moved, sent late or under another key come back each with its own", async () => {
    const changes = [
      {},
      { equipmentId: "eq-2" },
      { late: true },
      { signedBy: "k1" },
      { signedBy: "k2" },
      { err: "x" },
    ];
    const mixed = changes.map((change, n) => own({ ts: start + n, ...change }));
    const alike = [0, 1].map((n) =>
      own({ point: "p2", ts: start + n, late: true, signedBy: "k1", lon: n / 3 }),
    );
    await readings.write([...alike, ...mixed]);
    expect(await readings.range({ tenant, points: ["p1", "p2"], ...all })).toEqual([...mixed, ...alike]);
  });

  test("nothing was written yet: nothing comes back", async () => {
    expect(await readings.range({ tenant: "nobody", points: ["p1"], ...all })).toEqual([]);
    expect(await readings.range({ tenant, points: [], ...all })).toEqual([]);
  });

  test("writing the same reading again changes nothing", async () => {
    await readings.write([own()]);
    await readings.write([own(), own({ ts: start + 1 })]);
    expect(await readings.range({ tenant, points: ["p1"], ...all })).toHaveLength(2);
  });

  test("a range holds its beginning and not its end, its points and its tenant only", async () => {
    const times = [0, 1, 2].map((n) => own({ ts: start + n }));
    await readings.write([
      ...times,
      own({ point: "p2", ts: start + 1 }),
      own({ tenant: `${tenant}-other`, ts: start + 1 }),
    ]);
    const found = await readings.range({ tenant, points: ["p1"], from: start, to: start + 2 });
    expect(found.map((reading) => [reading.tenant, reading.point, reading.ts])).toEqual([
      [tenant, "p1", start],
      [tenant, "p1", start + 1],
    ]);
  });

  test("many points and many readings come back sorted by point, then time", async () => {
    const points = Array.from({ length: 250 }, (_, n) => `p${String(n).padStart(4, "0")}`);
    const batch = points.flatMap((point) =>
      [0, 1, 2, 3].map((n) => own({ point, ts: start + n, tMilliC: n })),
    );
    await readings.write(batch.toReversed());
    expect(await readings.range({ tenant, points, ...all })).toEqual(batch);
  });

  test("10,000 readings in one write come back whole; written again they change nothing", async () => {
    const points = Array.from({ length: 20 }, (_, n) => `p${String(n).padStart(2, "0")}`);
    const batch = points.flatMap((point) =>
      Array.from({ length: 500 }, (_, n) =>
        own({ point, ts: start + n, tMilliC: n - 250, inboxId: Math.floor(n / 10) }),
      ),
    );
    expect(batch).toHaveLength(10_000);
    expect(await readings.write(batch)).toEqual([]);
    expect(await readings.range({ tenant, points, ...all })).toEqual(batch);
    expect(await readings.write(batch)).toEqual([]);
    expect(await readings.range({ tenant, points, ...all })).toEqual(batch);
  });

  test("what can't be kept comes back with words; the rest of its write is there", async () => {
    const good = Array.from({ length: 40 }, (_, n) => own({ ts: start + n }));
    const nul = own({ point: "p2", err: "a\u0000b" });
    const fraction = own({ point: "p2", tMilliC: 4_200.5 });
    const refused = await readings.write([
      ...good.slice(0, 9),
      nul,
      ...good.slice(9, 30),
      fraction,
      ...good.slice(30),
    ]);
    expect(new Set(refused.map(({ reading }) => reading))).toEqual(new Set([nul, fraction]));
    for (const { detail } of refused) expect(detail).not.toBe("");
    expect(await readings.range({ tenant, points: ["p1", "p2"], ...all })).toEqual(good);
  });

  test("a write of nothing is well", async () => {
    expect(await readings.write([])).toEqual([]);
  });

  test("charts: buckets, steps with faults, doors and lost power of what was written", async () => {
    const cut = { door: true, power: false };
    await readings.write([
      ...[0, 1, 2].map((n) => own({ ts: start + n * 1_000, tMilliC: n * 1_000 })),
      own({ ts: start + 3_000, tMilliC: null, err: "probe.open", ...cut }),
      own({ ts: start + 60_000, tMilliC: 3_000, late: true, door: false, power: true }),
    ]);
    const range = { tenant, points: ["p1"], from: start, to: start + 120_000 };
    expect(await readings.buckets(range, 10_000)).toEqual([
      { point: "p1", ts: start, minMilliC: 0, maxMilliC: 2_000, meanMilliC: 1_000, n: 3, late: 0 },
      {
        point: "p1",
        ts: start + 60_000,
        minMilliC: 3_000,
        maxMilliC: 3_000,
        meanMilliC: 3_000,
        n: 1,
        late: 1,
      },
    ]);
    const long = [{ from: start + 2_000, to: start + 60_000 }];
    const faults = [{ from: start + 3_000, to: start + 60_000 }];
    expect(await readings.steps(range, 30_000)).toEqual([
      { point: "p1", first: start, last: start + 60_000, long, faults },
    ]);
    const held = [{ from: start + 3_000, to: start + 13_000 }];
    expect(await readings.switches(range, 10_000, { doors: true })).toEqual({ doors: held, powerCuts: held });
    const empty = { ...range, tenant: "nobody" };
    expect(await readings.buckets(empty, 10_000)).toEqual([]);
    expect(await readings.steps(empty, 30_000)).toEqual([]);
    expect(await readings.switches(empty, 10_000, { doors: true })).toEqual({ doors: [], powerCuts: [] });
  });

  test("writes of different points side by side all arrive", async () => {
    const batches = Array.from({ length: 6 }, (_, point) =>
      Array.from({ length: 300 }, (_, n) => own({ point: `p${point}`, ts: start + n })),
    );
    expect(await Promise.all(batches.map((batch) => readings.write(batch)))).toEqual(batches.map(() => []));
    const points = batches.map((_, point) => `p${point}`);
    expect(await readings.range({ tenant, points, ...all })).toEqual(batches.flat());
  });

  test("answers a ping", async () => {
    await expect(readings.ping()).resolves.toBeUndefined();
  });

  test("server killed: everything says UNAVAILABLE; back again: what was written is there, and more can be", async (context) => {
    const { server } = opened;
    if (!server) return context.skip("PGlite runs inside the process: it has no server to lose");
    const unavailable = { code: "UNAVAILABLE" };
    const range = { tenant, points: ["p1"], ...all };
    await readings.write([own()]);
    await server.kill9();
    await expect(readings.write([own({ ts: start + 1 })])).rejects.toMatchObject(unavailable);
    await expect(readings.range(range)).rejects.toMatchObject(unavailable);
    await expect(readings.buckets(range, 60_000 * 60 * 24)).rejects.toMatchObject(unavailable);
    await expect(readings.ping()).rejects.toMatchObject(unavailable);
    await server.restart();
    expect(await readings.range(range)).toEqual([own()]);
    expect(await readings.write([own(), own({ ts: start + 1 })])).toEqual([]);
    expect(await readings.range(range)).toHaveLength(2);
  });
});

const influxAt = (url: string, more: { username?: string; password?: string } = {}) =>
  openInfluxReadings({ url, version: 1, database: "coldmark", ...more });

async function influxQl(url: string, q: string, more: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${url}/query?${new URLSearchParams({ q, ...more })}`, { method: "POST" });
  return await answer.text();
}

describe("InfluxDB 1.6.7's own ways", () => {
  let influx: TestInflux;
  let readings: ReadingsStore;
  beforeAll(async () => {
    influx = await startInflux();
    readings = influxAt(influx.url);
  });
  afterAll(() => influx?.stop());

  test("the missing database is read as empty and made with the first write, to keep readings for ever", async () => {
    const range = { tenant: "t", points: ["p1"], ...all };
    expect(await readings.range(range)).toEqual([]);
    expect(await readings.buckets(range, 1_000_000_000)).toEqual([]);
    expect(await readings.write([aReading({ tenant: "t" })])).toEqual([]);
    expect(await readings.range(range)).toHaveLength(1);
    expect(await influxQl(influx.url, "SHOW RETENTION POLICIES", { db: "coldmark" })).toContain(
      '"autogen","0s"',
    );
  });

  test("a database that was dropped is made anew", async () => {
    await influxQl(influx.url, "DROP DATABASE coldmark");
    expect(await readings.range({ tenant: "t", points: ["p1"], ...all })).toEqual([]);
    expect(await readings.write([aReading({ tenant: "t" })])).toEqual([]);
  });

  test("readings from before there was `origin` are read as ever, beside later ones and written again", async () => {
    const [old, later] = [0, 1].map((n) => aReading({ tenant: "o", ts: start + n, signedBy: "gw-1.key-1" }));
    const fields = `equipment="fridge-1",received=1700000001000i,inbox=7i,late=false,kid="gw-1.key-1"`;
    const body = `reading,point=p1,tenant=o t=4200i,${fields} ${start}`;
    await fetch(`${influx.url}/write?db=coldmark&precision=ms`, { method: "POST", body });
    const range = { tenant: "o", points: ["p1"], ...all };
    expect(await readings.range(range)).toEqual([old]);
    await readings.write([later as Reading]);
    expect(await readings.range(range)).toEqual([old, later]);
    await readings.write([old as Reading]);
    expect(await readings.range(range)).toEqual([old, later]);
  });

  test("one reading that InfluxDB refuses is named, the others of its batch are kept", async () => {
    const outOfReach = aReading({ tenant: "u", point: "far", ts: 9_300_000_000_000 });
    const good = [0, 1, 2, 3, 4].map((n) => aReading({ tenant: "u", ts: start + n }));
    const refused = await readings.write([...good.slice(0, 3), outOfReach, ...good.slice(3)]);
    expect(refused.map(({ reading }) => reading)).toEqual([outOfReach]);
    expect(refused[0]?.detail).toContain("time");
    expect(await readings.range({ tenant: "u", points: ["p1"], ...all })).toHaveLength(5);
  });

  test("where a field has another type already, each reading that carries it is refused", async () => {
    await influxQl(influx.url, "CREATE DATABASE clash");
    const body = `reading,point=p1,tenant=t rh="text" ${start}`;
    await fetch(`${influx.url}/write?db=clash&precision=ms`, { method: "POST", body });
    const clash = openInfluxReadings({ url: influx.url, version: 1, database: "clash" });
    const dry = [2, 4].map((n) => aReading({ tenant: "t", ts: start + n }));
    const humid = [1, 3, 5].map((n) => aReading({ tenant: "t", ts: start + n, rhPermille: 551 }));
    const refused = await clash.write([humid[0], dry[0], humid[1], dry[1], humid[2]] as Reading[]);
    expect(refused.map(({ reading }) => reading)).toEqual(humid);
    expect(refused[0]?.detail).toContain("field type conflict");
    expect(await clash.range({ tenant: "t", points: ["p1"], from: start + 1, to: all.to })).toEqual(dry);
  });

  test("readings older than the retention policy are refused for good, however many, in few writes", async () => {
    await influxQl(influx.url, "CREATE DATABASE short WITH DURATION 1d NAME day");
    const short = openInfluxReadings({ url: influx.url, version: 1, database: "short" });
    const now = Date.now();
    const old = Array.from({ length: 3_000 }, (_, n) =>
      aReading({ tenant: "t", point: "old", ts: start + n }),
    );
    const fresh = [0, 1, 2].map((n) => aReading({ tenant: "t", ts: now - n }));
    const writesBefore = await writesOf(influx.url);
    expect((await short.write(old)).map(({ reading }) => reading)).toEqual(old);
    expect((await writesOf(influx.url)) - writesBefore).toBe(1);
    const mixed = await short.write([...fresh, ...old.slice(0, 2)]);
    expect(mixed.map(({ reading }) => reading)).toEqual(old.slice(0, 2));
    expect(mixed[0]?.detail).toContain("beyond retention policy");
    expect(await short.range({ tenant: "t", points: ["p1", "old"], from: 0, to: now + 1 })).toHaveLength(3);
  });

  test("InfluxDB that hangs is given up after the deadline; woken, it takes the reading", async () => {
    await stopWhole(influx.pid);
    try {
      await expect(readings.write([aReading()])).rejects.toMatchObject({ code: "UNAVAILABLE" });
    } finally {
      process.kill(influx.pid, "SIGCONT");
    }
    expect(await readings.write([aReading()])).toEqual([]);
  });
});

async function writesOf(url: string): Promise<number> {
  const stats = (await (await fetch(`${url}/debug/vars`)).json()) as Record<
    string,
    { values?: { writeReq?: number } }
  >;
  return Object.entries(stats).find(([name]) => name.startsWith("httpd"))?.[1].values?.writeReq ?? 0;
}

describe("InfluxDB 1.6.7 with limits and users", () => {
  let influx: TestInflux;
  const admin = { u: "root", p: "secret" };
  beforeAll(async () => {
    influx = await startInflux({ maxBodyBytes: 20_000, maxSeries: 200, auth: true });
    await influxQl(influx.url, "CREATE USER root WITH PASSWORD 'secret' WITH ALL PRIVILEGES");
    await influxQl(influx.url, "CREATE USER cold WITH PASSWORD 'mark'", admin);
  });
  afterAll(() => influx?.stop());

  test("unknown user: tried again for ever, in words that name the settings", async () => {
    const stranger = influxAt(influx.url, { username: "cold", password: "wrong" });
    const words = { code: "UNAVAILABLE", message: expect.stringContaining("INFLUX_USERNAME") };
    await expect(stranger.write([aReading()])).rejects.toMatchObject(words);
    await expect(stranger.range({ tenant: "t", points: ["p1"], ...all })).rejects.toMatchObject(words);
  });

  test("a user without rights is told so; granted, the same readings go in", async () => {
    const readings = influxAt(influx.url, { username: "cold", password: "mark" });
    const words = { code: "UNAVAILABLE", message: expect.stringContaining("must be allowed") };
    await expect(readings.write([aReading()])).rejects.toMatchObject(words);
    await influxQl(influx.url, "CREATE DATABASE coldmark", admin);
    await influxQl(influx.url, "GRANT ALL ON coldmark TO cold", admin);
    expect(await readings.write([aReading()])).toEqual([]);
  });

  test("a write larger than InfluxDB takes is halved, and nothing is refused", async () => {
    const readings = influxAt(influx.url, { username: "cold", password: "mark" });
    const batch = Array.from({ length: 1_000 }, (_, n) => aReading({ tenant: "t", ts: start + n }));
    expect(await readings.write(batch)).toEqual([]);
    expect(await readings.range({ tenant: "t", points: ["p1"], ...all })).toHaveLength(1_000);
  });

  test("InfluxDB's limit of series is not the readings' fault: nothing is refused, the operator reads the limit", async () => {
    const readings = influxAt(influx.url, { username: "cold", password: "mark" });
    const batch = Array.from({ length: 400 }, (_, n) => aReading({ tenant: "many", point: `p${n}` }));
    await expect(readings.write(batch)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("max-series-per-database limit exceeded"),
    });
  });
});
