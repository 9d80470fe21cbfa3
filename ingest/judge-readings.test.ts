import { expect, test } from "vitest";
import type { Reading } from "#store/readings/readings-store.ts";
import { aReading } from "#test/support/readings.ts";
import { judgeReadings, readingKey, setRefusedAside } from "./judge-readings.ts";
import type { Candidate } from "./open-readings.ts";

const candidate = (inboxId: number, index: number, change: Partial<Reading> = {}): Candidate => ({
  message: {
    id: inboxId,
    receivedAt: 0,
    gateway: "gw-1",
    topic: "",
    lane: "data",
    payload: new Uint8Array(),
    sha256: new Uint8Array(32),
    door: "embedded",
  },
  index,
  reading: aReading({ inboxId, ...change }),
  place: "pharmacy-1/p1",
  equipment: null,
  isLive: true,
});
const kept = (...readings: Reading[]) => new Map(readings.map((reading) => [readingKey(reading), reading]));
const ends = (candidates: Candidate[], store = kept()) => {
  const { stored, duplicate, letters, findings } = judgeReadings(candidates, store);
  return [stored.length, duplicate, letters.map((letter) => letter.reason), findings.length];
};

test("the first value of a key stays, also within one message", () => {
  const batch = [
    candidate(1, 0),
    candidate(1, 1),
    candidate(1, 2, { tMilliC: 1 }),
    candidate(2, 0, { ts: 1 }),
  ];
  expect(ends(batch)).toEqual([2, 1, ["CONFLICT"], 1]);
});

test("what the store holds from another message decides", () => {
  const store = kept(aReading({ inboxId: 1, late: true, equipmentId: "elsewhere" }));
  expect(ends([candidate(2, 0)], store)).toEqual([0, 1, [], 0]);
  expect(ends([candidate(2, 0, { err: "x" })], store)).toEqual([0, 0, ["CONFLICT"], 1]);
});

test("killed after the write and before the cursor moved: the same ends the second time", () => {
  const batch = [candidate(1, 0), candidate(1, 1), candidate(2, 0), candidate(2, 1, { tMilliC: 1 })];
  const first = judgeReadings(batch, kept());
  const store = kept(...first.stored.map(({ reading }) => reading));
  expect(ends(batch, store)).toEqual(ends(batch));
});

test("a reading the store refuses for good is set aside after all", () => {
  const judged = judgeReadings([candidate(1, 0), candidate(1, 1, { ts: 1 })], kept());
  const [bad] = judged.stored;
  if (!bad) throw new Error("nothing stored");
  const after = setRefusedAside(judged, [{ reading: bad.reading, detail: "why" }]);
  expect(after.stored).toHaveLength(1);
  expect(after.letters).toMatchObject([{ reason: "STORE_REFUSED", detail: "why", readingIndex: 0 }]);
});

test("a batch in any order ends as by a key for each reading", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    let state = seed;
    const below = (n: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % n;
    };
    const batch = Array.from({ length: 60 }, (_, index) => {
      const point = `p${below(3)}`;
      const one = candidate(1, index, { point, ts: below(15), tMilliC: below(2) });
      return { ...one, place: `pharmacy-1/${point}` };
    });
    const first = new Map<string, Candidate>();
    for (const one of batch) {
      const key = readingKey(one.reading);
      if (!first.has(key)) first.set(key, one);
    }
    const { stored, duplicate, letters } = judgeReadings(batch, kept());
    expect(stored).toEqual(batch.filter((one) => first.get(readingKey(one.reading)) === one));
    const again = batch.filter((one) => first.get(readingKey(one.reading)) !== one);
    const isSame = (one: Candidate) =>
      one.reading.tMilliC === first.get(readingKey(one.reading))?.reading.tMilliC;
    expect(duplicate).toBe(again.filter(isSame).length);
    expect(letters.length).toBe(again.length - duplicate);
  }
});
