import { expect, test } from "vitest";
import type { Reading, ReadingsRange } from "#store/readings/readings-store.ts";
import { aReading } from "#test/support/readings.ts";
import type { Candidate } from "./open-readings.ts";
import { readKept } from "./read-kept.ts";

const minuteMs = 60_000;
const noon = 1_700_006_400_000;
const newest = new Map([
  ["pharmacy-1/p1", noon + 86_400_000],
  ["pharmacy-1/p2", noon + 86_400_000],
]);

/** Candidates at minutes from noon, and the ranges that were asked for. */
async function ask(places: readonly (readonly [point: string, minute: number])[], held: Reading[] = []) {
  const asked: ReadingsRange[] = [];
  const range = async (one: ReadingsRange) => {
    asked.push(one);
    return held.filter(({ point, ts }) => one.points.includes(point) && ts >= one.from && ts < one.to);
  };
  const candidates = places.map(
    ([point, minute]) =>
      ({
        place: `pharmacy-1/${point}`,
        reading: aReading({ point, ts: noon + minute * minuteMs }),
      }) as Candidate,
  );
  const kept = await readKept({ range }, candidates, newest);
  const minutes = asked.map(({ points, from, to }) => [
    points.join(),
    (from - noon) / minuteMs,
    (to - 1 - noon) / minuteMs,
  ]);
  return { kept, minutes };
}

test("newer than the point's newest, or of a point without any: nothing is asked", async () => {
  expect((await ask([["p1", 24 * 60 + 1]])).minutes).toEqual([]);
  expect((await ask([["p3", 0]])).minutes).toEqual([]);
});

test("dense back-fill is one question, over midnight too; points of the same time share it", async () => {
  const times = Array.from({ length: 100 }, (_, n) => n * 10);
  const places = times.flatMap((minute) => [["p1", minute] as const, ["p2", minute] as const]);
  expect((await ask(places)).minutes).toEqual([["p1,p2", 0, 990]]);
});

test("what lies between times far apart is not asked for, nor one point's times of another", async () => {
  const { minutes } = await ask([
    ["p1", 0],
    ["p1", 30],
    ["p1", 61],
    ["p2", 600],
  ]);
  expect(minutes).toEqual([
    ["p1", 0, 30],
    ["p1", 61, 61],
    ["p2", 600, 600],
  ]);
});

test("only readings at the keys asked for come back", async () => {
  const held = [0, 1, 2].map((n) => aReading({ point: "p1", ts: noon + n * minuteMs, inboxId: n }));
  const { kept } = await ask(
    [
      ["p1", 0],
      ["p1", 2],
    ],
    held,
  );
  expect([...kept.values()]).toEqual([held[0], held[2]]);
});
