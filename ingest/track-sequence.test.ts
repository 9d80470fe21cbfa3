import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  mayBeKnown,
  moveUp,
  noteArrivals,
  nothingYet,
  rangesMax,
  reachable,
  type Sequence,
} from "./track-sequence.ts";

const hashOf = (seq: number) => new Uint8Array(createHash("sha256").update(String(seq)).digest());
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ seq: from + n, sha256: hashOf(from + n) }));

/** What a gateway computes on its side. */
function runningHash(upTo: number): Uint8Array {
  let hash: Uint8Array = new Uint8Array(32);
  for (const { sha256 } of rows(1, upTo)) hash = createHash("sha256").update(hash).update(sha256).digest();
  return new Uint8Array(hash);
}

function arrive(sequence: Sequence, seqs: readonly number[]): Sequence {
  const noted = noteArrivals(sequence, seqs);
  return moveUp(noted, rows(noted.upTo + 1, reachable(noted)));
}

test("messages in order move upTo and the running hash", () => {
  expect(arrive(nothingYet, [1, 2, 3])).toEqual({ upTo: 3, also: [], hash: runningHash(3) });
});

test("a hole holds upTo back; filled, it moves over all that waited", () => {
  const withHole = arrive(nothingYet, [1, 3, 4, 7]);
  expect(withHole).toEqual({
    upTo: 1,
    also: [
      [3, 4],
      [7, 7],
    ],
    hash: runningHash(1),
  });
  expect([1, 2, 3, 5, 7].map((seq) => mayBeKnown(withHole, seq))).toEqual([true, false, true, false, true]);
  expect(arrive(withHole, [2])).toEqual({ upTo: 4, also: [[7, 7]], hash: runningHash(4) });
});

test("hashes with a hole among them move upTo to the hole only", () => {
  const noted = noteArrivals(nothingYet, [1, 2, 3]);
  expect(
    moveUp(
      noted,
      rows(1, 3).filter(({ seq }) => seq !== 2),
    ),
  ).toMatchObject({ upTo: 1, also: [[2, 3]] });
});

test("ranges are bounded, and a full list claims nothing above it", () => {
  const odd = Array.from({ length: rangesMax + 5 }, (_, n) => 2 * n + 3);
  const full = noteArrivals(nothingYet, odd);
  expect(full.also).toHaveLength(rangesMax);
  expect(full.also.at(-1)).toEqual([2 * rangesMax + 1, 2 * rangesMax + 1]);
  expect(mayBeKnown(full, 10_000)).toBe(true);
});

test("whatever the order of arrival, the end is the same", () => {
  const orders = fc.shuffledSubarray(
    Array.from({ length: 30 }, (_, n) => n + 1),
    { minLength: 30 },
  );
  fc.assert(
    fc.property(orders, fc.integer({ min: 1, max: 7 }), (order, size) => {
      let sequence: Sequence = nothingYet;
      for (let at = 0; at < order.length; at += size) sequence = arrive(sequence, order.slice(at, at + size));
      expect(sequence).toEqual({ upTo: 30, also: [], hash: runningHash(30) });
    }),
  );
});
