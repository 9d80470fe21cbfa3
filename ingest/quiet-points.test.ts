import { expect, test } from "vitest";
import type { EquipmentFacts } from "#store/gateway-registry.ts";
import { aReading } from "#test/support/readings.ts";
import type { Candidate } from "./open-readings.ts";
import { openQuietPoints } from "./quiet-points.ts";

const fridge: EquipmentFacts = {
  ...{ tenantId: "t", id: "fridge", lowerMilliC: 2_000, upperMilliC: 8_000, segmentMs: 3_600_000 },
};
const candidate = (point: string, ts: number, tMilliC: number | null = 5_000): Candidate => ({
  message: {} as Candidate["message"],
  index: 0,
  reading: aReading({ tenant: "t", point, ts, tMilliC }),
  place: `t/${point}`,
  equipment: fridge,
  isLive: true,
});
const loudOf = (quiet: ReturnType<typeof openQuietPoints>, ...some: Candidate[]) =>
  quiet.loud(some, new Map([["t/a", 100]])).map(({ reading }) => [reading.point, reading.ts]);

test("asks of a point it knows nothing of, and not of a quiet one in ordinary times", () => {
  const quiet = openQuietPoints();
  expect(loudOf(quiet, candidate("a", 101))).toEqual([["a", 101]]);
  quiet.noteQuiet(["t/a"], 90);
  expect(loudOf(quiet, candidate("a", 101), candidate("a", 102, null), candidate("b", 101))).toEqual([
    ["b", 101],
  ]);
});

test("asks with all of a point's readings when one is outside the limits or out of order", () => {
  const quiet = openQuietPoints();
  quiet.noteQuiet(["t/a"], 50);
  const both = (odd: Candidate) => loudOf(quiet, candidate("a", 101), odd).length;
  expect(both(candidate("a", 102, 8_001))).toBe(2);
  expect(both(candidate("a", 102, 1_999))).toBe(2);
  expect(both(candidate("a", 100))).toBe(2);
  expect(both(candidate("a", 102, 8_000))).toBe(0);
});

test("asks again of a point that has an excursion now, and of all after a failure", () => {
  const quiet = openQuietPoints();
  quiet.noteQuiet(["t/a", "t/b"], 50);
  quiet.forget([{ tenantId: "t", point: "a" }]);
  expect(loudOf(quiet, candidate("a", 101), candidate("b", 101))).toEqual([["a", 101]]);
  quiet.forgetAll();
  expect(loudOf(quiet, candidate("b", 101))).toHaveLength(1);
});
