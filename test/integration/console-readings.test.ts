import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { type OpenedReadings, readingsStores } from "../support/each-readings-store.ts";
import { aReading } from "../support/readings.ts";

const minuteMs = 60_000;
const bucketMs = 5 * minuteMs;
const start = 1_700_000_100_000;
const at = (minutes: number) => start + minutes * minuteMs;

describe.each(readingsStores)("what a chart asks of readings in %s", (_name, open) => {
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

  const own = (minutes: number, change: Partial<Reading> = {}) =>
    aReading({ tenant, ts: at(minutes), ...change });
  const range = (points: readonly string[] = ["p1"], from = at(0), to = at(60 * 24)) => {
    return { tenant, points, from, to };
  };

  test("buckets hold extremes, mean, number and late ones of their own range, point and tenant", async () => {
    await readings.write([
      own(-1, { tMilliC: 1 }),
      own(0, { tMilliC: 4_000 }),
      own(1, { tMilliC: -5_000, late: true }),
      own(2, { tMilliC: null, err: "open", late: true }),
      own(6, { tMilliC: 4_001 }),
      own(6, { tMilliC: 7_000, point: "p2" }),
      own(7, { tMilliC: 9_000, point: "p3" }),
      aReading({ tenant: `${tenant}-other`, ts: at(0), tMilliC: 9_999 }),
    ]);
    const first = { minMilliC: -5_000, maxMilliC: 4_000, meanMilliC: -500, n: 2, late: 1 };
    const alone = (tMilliC: number) => {
      return { minMilliC: tMilliC, maxMilliC: tMilliC, meanMilliC: tMilliC, n: 1, late: 0 };
    };
    expect(at(0) % bucketMs).toBe(0);
    const found = await readings.buckets(range(["p1", "p2"], at(0), at(7)), bucketMs);
    expect(found.toSorted((a, b) => a.point.localeCompare(b.point) || a.ts - b.ts)).toEqual([
      { point: "p1", ts: at(0), ...first },
      { point: "p1", ts: at(5), ...alone(4_001) },
      { point: "p2", ts: at(5), ...alone(7_000) },
    ]);
    expect(await readings.buckets(range([]), bucketMs)).toEqual([]);
  });

  test("steps tell first and last, what took longer than asked, and runs of faults with what ended them", async () => {
    await readings.write([
      ...[0, 1, 2, 13, 14, 20].map((n) => own(n)),
      ...[3, 4, 15, 16, 21].map((n) => own(n, { tMilliC: null, err: "open" })),
      own(30, { tMilliC: null, door: true }),
      ...[0, 4].map((n) => own(n, { point: "p2" })),
      own(5, { point: "faulty", tMilliC: null, err: "open" }),
    ]);
    const [one, two, ...others] = (await readings.steps(range(["p1", "p2", "none"]), 5 * minuteMs)).toSorted(
      (a, b) => a.point.localeCompare(b.point),
    );
    expect(one).toEqual({
      point: "p1",
      first: at(0),
      last: at(20),
      long: [
        { from: at(2), to: at(13) },
        { from: at(14), to: at(20) },
      ],
      faults: [
        { from: at(3), to: at(13) },
        { from: at(15), to: at(20) },
        { from: at(21), to: null },
      ],
    });
    expect(two).toEqual({ point: "p2", first: at(0), last: at(4), long: [], faults: [] });
    expect(others).toEqual([]);
  });

  test("switches tell when a door stood open and when mains power was lost, each until it is said otherwise", async () => {
    await readings.write([
      own(0, { door: false, power: true }),
      own(1, { door: true, power: true }),
      own(2, { door: true, power: false }),
      own(3, { door: false, power: false }),
      own(4, { power: true }),
      own(50, { door: true }),
      own(120, { door: true }),
      own(121, { door: false }),
    ]);
    const found = await readings.switches(range(), 30 * minuteMs, { doors: true });
    expect(found.doors).toEqual([
      { from: at(1), to: at(3) },
      { from: at(50), to: at(80) },
      { from: at(120), to: at(121) },
    ]);
    expect(found.powerCuts).toEqual([{ from: at(2), to: at(4) }]);
    const without = await readings.switches(range(), 30 * minuteMs, { doors: false });
    expect(without).toEqual({ doors: [], powerCuts: found.powerCuts });
  });

  test("faults that come and go thousands of times are told up to a number, then as one that lasts", async () => {
    const flicker = Array.from({ length: 1_200 }, (_, n) => [
      own(2 * n, { tMilliC: null, err: "open" }),
      own(2 * n + 1),
    ]);
    const long = Array.from({ length: 500 }, (_, n) => own(n, { point: "p2", tMilliC: null, err: "open" }));
    await readings.write([...flicker.flat(), ...long, own(500, { point: "p2" })]);
    const found = await readings.steps(range(["p1", "p2"], at(0), at(5_000)), 60 * minuteMs);
    const faultsOf = (point: string) => found.find((each) => each.point === point)?.faults;
    expect(faultsOf("p1")).toHaveLength(1_000);
    expect(faultsOf("p1")?.[0]).toEqual({ from: at(0), to: at(1) });
    expect(faultsOf("p1")?.[998]).toEqual({ from: at(1_996), to: at(1_997) });
    expect(faultsOf("p1")?.[999]).toEqual({ from: at(1_998), to: null });
    expect(faultsOf("p2")).toEqual([{ from: at(0), to: at(500) }]);
  });

  test("a contact that says nothing makes no spans", async () => {
    await readings.write([own(0)]);
    expect(await readings.switches(range(), minuteMs, { doors: true })).toEqual({ doors: [], powerCuts: [] });
  });
});
