import fc from "fast-check";
import { expect, test } from "vitest";
import type { Store } from "#store/connect.ts";
import type { Excursion } from "#store/excursions.ts";
import type { EquipmentFacts } from "#store/gateway-registry.ts";
import type { Reading, ReadingsRange, ReadingsStore } from "#store/readings/readings-store.ts";
import type { Candidate } from "./open-readings.ts";
import { openQuietPoints } from "./quiet-points.ts";
import { settleExcursions } from "./settle-excursions.ts";

const dayMs = 86_400_000;
const minute = 60_000;
const start = Date.UTC(2026, 0, 1);
const equipment = {
  ...{
    tenantId: "t",
    id: "fridge",
    label: "l",
    segmentMs: 3_600_000,
    lowerMilliC: 2_000,
    upperMilliC: 8_000,
  },
} as unknown as EquipmentFacts;

function candidate(ts: number, tMilliC: number, isLive = true): Candidate {
  const reading = { tenant: "t", point: "p", ts, tMilliC, equipmentId: "fridge" } as Reading;
  return { message: {} as Candidate["message"], index: 0, reading, place: "t/p", equipment, isLive };
}
const excursion = (fromTs: number, toTs: number | null): Excursion => ({
  ...{ tenantId: "t", equipmentId: "fridge", point: "p", fromTs, toTs, direction: "high" },
  ...{ knownTo: null, extremeMilliC: 9_000, limitMilliC: 8_000, detectedAt: 1, queued: true },
});

/** A readings store that notes what it is asked for, over these samples and what is newly stored. */
function settle(known: readonly Excursion[], kept: readonly Candidate[], stored: readonly Candidate[]) {
  const asked: ReadingsRange[] = [];
  const readings = {
    range: async (range: ReadingsRange) => {
      asked.push(range);
      return [...kept, ...stored]
        .map(({ reading }) => reading)
        .filter(({ ts }) => ts >= range.from && ts < range.to)
        .sort((a, b) => a.ts - b.ts);
    },
  } as unknown as ReadingsStore;
  const store = { as: () => Promise.resolve(known) } as unknown as Store;
  const newest = new Map([["t/p", Math.max(...kept.map(({ reading }) => reading.ts))]]);
  return settleExcursions({ store, readings, quiet: openQuietPoints() }, stored, newest, 5).then(
    (revision) => ({
      ...revision,
      asked,
    }),
  );
}
const spans = (asked: readonly ReadingsRange[]) => asked.map(({ from, to }) => to - from);
const threeDays = 3 * dayMs + 1;

test("an excursion that began long ago goes on from its own beginning, and only three days are read", async () => {
  const now = start + 90 * dayMs;
  const row = excursion(start, null);
  const kept = Array.from({ length: 90 * 24 + 1 }, (_, n) => candidate(start + (n * dayMs) / 24, 9_000));
  const { save, drop, asked } = await settle([row], kept, [candidate(now - minute, 12_000)]);
  expect(save).toEqual([{ ...row, extremeMilliC: 12_000 }]);
  expect(drop).toEqual([]);
  expect(Math.max(...spans(asked))).toBeLessThanOrEqual(threeDays);
});

test("a sample inside the limits splits it: the old beginning stays, what follows begins anew and keeps the end", async () => {
  const row = excursion(start, start + 60 * dayMs);
  const kept = Array.from({ length: 60 * 24 + 1 }, (_, n) =>
    candidate(start + (n * dayMs) / 24, n === 60 * 24 ? 5_000 : 9_000),
  );
  const middle = start + 30 * dayMs + minute;
  const { save, drop } = await settle([row], kept, [candidate(middle, 5_000)]);
  const next = start + 30 * dayMs + dayMs / 24;
  expect(save.map(({ fromTs, toTs, queued }) => [fromTs, toTs, queued])).toEqual([
    [start, middle, true],
    [next, start + 60 * dayMs, false],
  ]);
  expect(drop).toEqual([]);
});

test("samples years apart are read day by day, and what is ahead of them is followed", async () => {
  const now = start + 2_000 * dayMs;
  const stored = [0, 1, 500, 1_000].flatMap((day) => [
    candidate(start + day * dayMs, 9_000),
    candidate(start + day * dayMs + minute, 5_000),
  ]);
  const ahead = [candidate(now + minute, 10_000), candidate(now + 2 * minute, 5_000)];
  const { save, asked } = await settle([], [candidate(now, 5_000)], [...stored, ...ahead]);
  expect(save.map(({ fromTs, toTs }) => [fromTs, toTs]).sort(([a], [b]) => Number(a) - Number(b))).toEqual([
    ...[0, 1, 500, 1_000].map((day) => [start + day * dayMs, start + day * dayMs + minute]),
    [now + minute, now + 2 * minute],
  ]);
  expect(Math.max(...spans(asked))).toBeLessThanOrEqual(threeDays);
});

test("of samples that came out of order, those that came live by now are told apart; the rows say it of older ones", async () => {
  const at = (n: number) => start + n * minute;
  const kept = [candidate(at(0), 5_000), candidate(at(30), 9_000), candidate(at(40), 5_000)];
  const known = [{ ...excursion(at(30), at(40)), knownTo: at(30) }];
  const knownTo = async (rows: readonly Excursion[], ...late: Candidate[]) =>
    (await settle(rows, kept, late)).save.map((row) => row.knownTo);
  expect(await knownTo(known, candidate(at(20), 9_000, false))).toEqual([at(30)]);
  expect(await knownTo(known, candidate(at(20), 9_000, true))).toEqual([null]);
  const live = [{ ...known[0], knownTo: null } as Excursion];
  expect(await knownTo(live, candidate(at(20), 9_000, false))).toEqual([null]);
  expect(await knownTo(known, candidate(at(50), 9_000, false), candidate(at(60), 9_000, false))).toEqual([
    at(60),
  ]);
});

test("in whatever order and batches samples come, the same excursions come of it, and no live one outside is forgotten", async () => {
  const sample = fc.record({
    t: fc.constantFrom(1_000, 5_000, 9_000),
    isLive: fc.boolean(),
    batch: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 12 }), async (samples) => {
      const all = samples.map(({ t, isLive }, n) => candidate(start + n * minute, t, isLive));
      const pieces = [0, 1, 2, 3, 4].map((batch) => all.filter((_, n) => samples[n]?.batch === batch));
      const [inOrder, inPieces] = [await settledAll([all]), await settledAll(pieces)];
      const told = (rows: readonly Excursion[]) =>
        rows.map(({ fromTs, toTs, direction, extremeMilliC }) => [fromTs, toTs, direction, extremeMilliC]);
      expect(told(inPieces)).toEqual(told(inOrder));
      const lasting = (rows: readonly Excursion[]) => rows.find(({ toTs }) => toTs === null);
      const [expected, found] = [lasting(inOrder), lasting(inPieces)];
      if (expected?.knownTo === null) expect(found?.knownTo).toBeNull();
      else expect([expected?.knownTo, null]).toContain(found?.knownTo);
    }),
  );

  async function settledAll(batches: readonly (readonly Candidate[])[]): Promise<Excursion[]> {
    let rows: Excursion[] = [];
    const kept: Candidate[] = [];
    for (const batch of batches) {
      const { save, drop } = await settle(rows, kept, batch);
      const changed = new Set([...save, ...drop].map(({ fromTs }) => fromTs));
      rows = [...rows.filter(({ fromTs }) => !changed.has(fromTs)), ...save];
      kept.push(...batch);
    }
    return rows.sort((a, b) => a.fromTs - b.fromTs);
  }
});
