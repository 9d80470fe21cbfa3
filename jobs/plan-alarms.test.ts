import { describe, expect, it } from "vitest";
import type { KnownAlarm, TroubledPoint, WatchedExcursion } from "#store/alarm-watch.ts";
import { planConditionAlarms, planExcursionAlarms } from "./plan-alarms.ts";

const minuteMs = 60_000;
const now = Date.UTC(2026, 2, 1, 12);
const place = { tenantId: "t", equipmentId: "fridge" };
const row = (
  fromTs: number,
  toTs: number | null,
  change: Partial<WatchedExcursion> = {},
): WatchedExcursion => ({
  ...{ ...place, direction: "high", fromTs, toTs, knownTo: null, extremeMilliC: 9_000, limitMilliC: 8_000 },
  ...change,
});
const alarm = (
  id: number,
  sinceTs: number,
  untilTs: number | null,
  change: Partial<KnownAlarm> = {},
): KnownAlarm => ({
  ...{ ...place, id, kind: "too-warm", sinceTs, untilTs, extremeMilliC: 9_000, limitMilliC: 8_000 },
  ...{ knownTo: null, clearedAt: untilTs === null ? null : 5, grewAt: null },
  ...change,
});

describe("alarms of excursions", () => {
  it("overlapping and touching excursions of one direction are one alarm, with the furthest extreme", () => {
    const rows = [
      row(10, 20),
      row(15, 30, { extremeMilliC: 11_000 }),
      row(30, null),
      row(12, 14, { direction: "low", extremeMilliC: 500, limitMilliC: 2_000 }),
    ];
    const { open, change } = planExcursionAlarms(rows, [], now);
    expect(change).toEqual([]);
    expect(open).toEqual([
      expect.objectContaining({
        kind: "too-warm",
        sinceTs: 10,
        untilTs: null,
        extremeMilliC: 11_000,
        clearedAt: null,
      }),
      expect.objectContaining({
        kind: "too-cold",
        sinceTs: 12,
        untilTs: 14,
        extremeMilliC: 500,
        clearedAt: now,
      }),
    ]);
  });

  it("an alarm that is as its excursions are stays as it is", () => {
    expect(planExcursionAlarms([row(10, null)], [alarm(1, 10, null)], now)).toEqual({ open: [], change: [] });
    expect(planExcursionAlarms([row(10, 20)], [alarm(1, 10, 20)], now)).toEqual({ open: [], change: [] });
  });

  it("ends with its excursion, and lasts again when it does", () => {
    const ended = planExcursionAlarms([row(10, 20)], [alarm(1, 10, null)], now);
    expect(ended).toEqual({ open: [], change: [alarm(1, 10, 20, { clearedAt: now })] });
    const again = planExcursionAlarms([row(10, null)], [alarm(1, 10, 20)], now);
    expect(again).toEqual({ open: [], change: [alarm(1, 10, null, { grewAt: now })] });
  });

  it("moves with the beginning that a late reading moved", () => {
    const plan = planExcursionAlarms([row(4, 30, { extremeMilliC: 9_500 })], [alarm(1, 10, 20)], now);
    expect(plan).toEqual({ open: [], change: [alarm(1, 4, 30, { extremeMilliC: 9_500, grewAt: now })] });
  });

  it.each([
    ["lasts longer", row(10, 25), { untilTs: 25 }],
    ["was worse", row(10, 20, { extremeMilliC: 20_000 }), { extremeMilliC: 20_000 }],
    ["lasts again", row(10, null), { untilTs: null, clearedAt: null }],
  ])("grew when it was over and, by late readings, %s", (_name, late, change) => {
    const plan = planExcursionAlarms([late], [alarm(1, 10, 20)], now);
    expect(plan.change).toEqual([alarm(1, 10, 20, { ...change, grewAt: now })]);
  });

  it("does not grow by what it does while it lasts, and never looks milder than it did", () => {
    const worse = planExcursionAlarms([row(10, null, { extremeMilliC: 12_000 })], [alarm(1, 10, null)], now);
    expect(worse.change).toEqual([alarm(1, 10, null, { extremeMilliC: 12_000 })]);
    const milder = planExcursionAlarms([row(10, 20, { extremeMilliC: 8_500 })], [alarm(1, 10, 20)], now);
    expect(milder.change).toEqual([]);
  });

  it("of two that a late reading joined the newer one follows, the other stays as it was seen", () => {
    const plan = planExcursionAlarms([row(10, null)], [alarm(1, 10, 20), alarm(2, 30, null)], now);
    expect(plan).toEqual({ open: [], change: [] });
    const over = planExcursionAlarms([row(10, 50)], [alarm(1, 10, 20), alarm(2, 30, null)], now);
    expect(over).toEqual({ open: [], change: [alarm(2, 30, 50, { clearedAt: now })] });
  });

  it("one that a late reading split stays one", () => {
    const plan = planExcursionAlarms([row(10, 20), row(30, 40)], [alarm(1, 10, 40)], now);
    expect(plan).toEqual({ open: [], change: [] });
  });

  it("an excursion after the end of an alarm is a new alarm, also when both were missed", () => {
    const plan = planExcursionAlarms([row(10, 20), row(30, null)], [alarm(1, 10, null)], now);
    expect(plan.change).toEqual([alarm(1, 10, 20, { clearedAt: now })]);
    expect(plan.open.map(({ sinceTs, clearedAt }) => [sinceTs, clearedAt])).toEqual([[30, null]]);
  });

  it("is over when its excursion is gone", () => {
    expect(planExcursionAlarms([], [alarm(1, 10, null)], now).change).toEqual([
      alarm(1, 10, 10, { clearedAt: now }),
    ]);
  });
});

describe("alarms of excursions that only back-filled readings tell of", () => {
  const endOf = (...rows: WatchedExcursion[]) =>
    planExcursionAlarms(rows, [], now).open.map(({ untilTs, knownTo, clearedAt }) => [
      untilTs,
      knownTo,
      clearedAt,
    ]);

  it("open, known up to the last of them and neither lasting nor over", () => {
    expect(endOf(row(10, null, { knownTo: 25 }))).toEqual([[null, 25, null]]);
    expect(endOf(row(10, 30, { knownTo: 25 }))).toEqual([[30, null, now]]);
  });

  it("are known as far as the point known furthest, and last as soon as one point lasts", () => {
    const told = row(10, null, { knownTo: 25 });
    expect(endOf(told, row(20, null, { knownTo: 40 }))).toEqual([[null, 40, null]]);
    expect(endOf(told, row(20, 50))).toEqual([[null, 50, null]]);
    expect(endOf(told, row(20, 22))).toEqual([[null, 25, null]]);
    expect(endOf(told, row(20, null))).toEqual([[null, null, null]]);
  });

  it("go on with what comes, without asking again; a live reading outside is news, one inside ends them", () => {
    const known = alarm(1, 10, null, { knownTo: 25 });
    const changed = (next: WatchedExcursion) => planExcursionAlarms([next], [known], now).change;
    expect(changed(row(10, null, { knownTo: 25 }))).toEqual([]);
    expect(changed(row(10, null, { knownTo: 40 }))).toEqual([{ ...known, knownTo: 40 }]);
    expect(changed(row(10, null))).toEqual([{ ...known, knownTo: null, grewAt: now }]);
    expect(changed(row(10, 50, { knownTo: 25 }))).toEqual([
      { ...known, untilTs: 50, knownTo: null, clearedAt: now },
    ]);
    expect(planExcursionAlarms([], [known], now).change).toEqual([
      { ...known, untilTs: 10, knownTo: null, clearedAt: now },
    ]);
  });
});

describe("alarms of silence, faults and calibrations", () => {
  const point = (change: Partial<TroubledPoint> = {}): TroubledPoint => ({
    ...{ ...place, profile: "CN-GSP", profileVersion: 1, scope: "shop", acceptedAt: now - 100 * minuteMs },
    ...{ newestTs: now - minuteMs, tMilliC: 5_000, err: null, calibratedUntil: now + minuteMs },
    ...change,
  });
  const lasting = (kind: KnownAlarm["kind"], sinceTs: number) =>
    alarm(1, sinceTs, null, { kind, extremeMilliC: null, limitMilliC: null });

  it.each([
    ["silent", point({ newestTs: now - 31 * minuteMs }), [["no-data", now - 31 * minuteMs]]],
    [
      "never heard, for too long",
      point({ newestTs: null, tMilliC: null }),
      [["no-data", now - 100 * minuteMs]],
    ],
    ["never heard, just placed", point({ newestTs: null, tMilliC: null, acceptedAt: now - minuteMs }), []],
    ["faulty", point({ err: "open", tMilliC: null }), [["sensor-fault", now - minuteMs]]],
    ["calibration over", point({ calibratedUntil: now - 5 }), [["calibration-expired", now - 5]]],
    ["never calibrated", point({ calibratedUntil: null }), [["calibration-expired", now - 100 * minuteMs]]],
    ["warm, which is the excursions' business", point({ tMilliC: 20_000 }), []],
  ])("%s", (_name, troubled, expected) => {
    const { open } = planConditionAlarms([troubled], [], now);
    expect(open.map(({ kind, sinceTs }) => [kind, sinceTs])).toEqual(expected);
  });

  it("silence is not called by who may not have listened; faults are, and what was called stays", () => {
    const points = [point({ newestTs: now - 31 * minuteMs, tMilliC: null })];
    const isHearing = (silentMs: number) => silentMs < 30 * minuteMs;
    const { open } = planConditionAlarms(points, [], now, isHearing);
    expect(open.map(({ kind }) => kind)).toEqual(["sensor-fault"]);
    const held = planConditionAlarms(points, [lasting("no-data", 7)], now, isHearing);
    expect(held.change).toEqual([]);
  });

  it("one lasting alarm of a kind for all points of an equipment", () => {
    const silent = [60, 40].map((minutes) => point({ newestTs: now - minutes * minuteMs }));
    const { open } = planConditionAlarms(silent, [], now);
    expect(open.map(({ sinceTs }) => sinceTs)).toEqual([now - 60 * minuteMs]);
    expect(planConditionAlarms(silent, [lasting("no-data", 7)], now)).toEqual({ open: [], change: [] });
  });

  it("ends by the time of the readings that ended it", () => {
    const points = [point(), point({ newestTs: now - 2 * minuteMs })];
    const { open, change } = planConditionAlarms(points, [lasting("no-data", 7)], now);
    expect(open).toEqual([]);
    expect(change).toEqual([{ ...lasting("no-data", 7), untilTs: now - 2 * minuteMs, clearedAt: now }]);
  });

  it("ends when the equipment has no points any more", () => {
    expect(planConditionAlarms([], [lasting("sensor-fault", 7)], now).change).toEqual([
      { ...lasting("sensor-fault", 7), untilTs: now, clearedAt: now },
    ]);
  });
});
