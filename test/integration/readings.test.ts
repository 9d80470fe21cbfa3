import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openInfluxReadings } from "#store/readings/influx.ts";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { type OpenedReadings, readingsStores } from "../support/each-readings-store.ts";
import { startInflux, type TestInflux } from "../support/influx.ts";
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

  test("answers a ping", async () => {
    await expect(readings.ping()).resolves.toBeUndefined();
  });
});

describe("InfluxDB's own ways", () => {
  let influx: TestInflux;
  let readings: ReadingsStore;
  beforeAll(async () => {
    influx = await startInflux();
    readings = openInfluxReadings({ url: influx.url, version: 1, database: "coldmark" });
  });
  afterAll(() => influx?.stop());

  test("one reading that InfluxDB refuses is named, the others of its batch are kept", async () => {
    const clash = "INSERT-by-hand";
    const body = 'reading,point=bad,tenant=t t="text" 1700000000000';
    await readings.write([aReading({ tenant: "t", point: "first" })]);
    const answer = await fetch(`${influx.url}/write?db=coldmark&precision=ms`, { method: "POST", body });
    expect(answer.status, clash).toBe(400);
    const outOfReach = aReading({ tenant: "t", point: "far", ts: 9_300_000_000_000 });
    const good = [0, 1, 2, 3, 4].map((n) => aReading({ tenant: "t", ts: start + n }));
    const refused = await readings.write([...good.slice(0, 3), outOfReach, ...good.slice(3)]);
    expect(refused.map(({ reading }) => reading)).toEqual([outOfReach]);
    expect(await readings.range({ tenant: "t", points: ["p1"], ...all })).toHaveLength(5);
  });

  test("a reading that can't be a line is named without asking InfluxDB", async () => {
    const broken = aReading({ tenant: "t", point: "p7", err: 'a"b' });
    const refused = await readings.write([broken, aReading({ tenant: "t", point: "p8" })]);
    expect(refused.map(({ reading }) => reading)).toEqual([broken]);
    expect(await readings.range({ tenant: "t", points: ["p8"], ...all })).toHaveLength(1);
  });

  test("down: writing, reading and ping say so; back again: what was written before is there", async () => {
    await readings.write([aReading({ tenant: "kept" })]);
    await influx.kill9();
    await expect(readings.write([aReading({ tenant: "kept", ts: start + 1 })])).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await expect(readings.range({ tenant: "kept", points: ["p1"], ...all })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await expect(readings.ping()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await influx.restart();
    expect(await readings.range({ tenant: "kept", points: ["p1"], ...all })).toHaveLength(1);
    expect(await readings.write([aReading({ tenant: "kept", ts: start + 1 })])).toEqual([]);
  });
});
