import { describe, expect, it } from "vitest";
import type { Reading } from "#store/readings/readings-store.ts";
import { questionsOf } from "./questions-of.ts";

const hourMs = 3_600_000;

function reading(tenant: string, point: string, hour: number): Reading {
  return {
    ...{ tenant, point, ts: hour * hourMs + 60_000, equipmentId: "e", tMilliC: 4_000, rhPermille: null },
    ...{ door: null, power: null, lat: null, lon: null, err: null, receivedAt: 0, inboxId: 1 },
    ...{ late: false, signedBy: null },
  };
}

const asked = (readings: readonly Reading[]) =>
  questionsOf(readings).map(({ range: { tenant, points, from, to } }) => [
    ...[tenant, points.join("+")],
    ...[Math.floor(from / hourMs), Math.floor(to / hourMs)],
  ]);

describe("what the readings store is asked for", () => {
  it("is hours that follow one another at once, where the same points sent in them", () => {
    const live = [5, 6, 7].flatMap((hour) => [reading("t", "a", hour), reading("t", "b", hour)]);
    expect(asked(live)).toEqual([["t", "a+b", 5, 7]]);
    expect(questionsOf(live).flatMap(({ sent }) => sent)).toHaveLength(live.length);
  });

  it("leaves out what a back-fill of one point didn't send", () => {
    const live = [reading("t", "a", 100), reading("t", "b", 100)];
    const backFill = [1, 2, 50].map((hour) => reading("t", "a", hour));
    expect(asked([...live, ...backFill])).toEqual([
      ["t", "a", 1, 2],
      ["t", "a", 50, 50],
      ["t", "a+b", 100, 100],
    ]);
  });

  it("is each organisation's own", () => {
    expect(asked([reading("t", "a", 1), reading("u", "a", 1)])).toEqual([
      ["t", "a", 1, 1],
      ["u", "a", 1, 1],
    ]);
    expect(questionsOf([])).toEqual([]);
  });
});
