import { describe, expect, it } from "vitest";
import { inForceDuring, timelineOf } from "./rosters-in-force.ts";

const seqsDuring = (rosters: Parameters<typeof timelineOf>[0], from: number, to: number) =>
  inForceDuring(timelineOf(rosters), { from, to }).map(({ seq }) => seq);

describe("rosters in force", () => {
  const rosters = [
    { seq: 7, at: 30 },
    { seq: 0, at: 10 },
    { seq: 4, at: 20 },
  ];

  it.each([
    [12, 18, [0]],
    [12, 20, [0]],
    [12, 21, [0, 4]],
    [20, 30, [4]],
    [19, 31, [0, 4, 7]],
    [30, 99, [7]],
    [0, 5, [0]],
  ])("from %i to %i: %j", (from, to, seqs) => {
    expect(seqsDuring(rosters, from, to)).toEqual(seqs);
  });

  it("are none where none is known", () => {
    expect(seqsDuring([], 0, 99)).toEqual([]);
  });

  it("are several where their times contradict their order: none is passed over by a time that lies ahead", () => {
    const ahead = [
      { seq: 0, at: 10 },
      { seq: 1, at: 90 },
      { seq: 2, at: 20 },
    ];
    expect(seqsDuring(ahead, 30, 40)).toEqual([0, 1, 2]);
    expect(seqsDuring(ahead, 12, 18)).toEqual([0]);
    expect(seqsDuring(ahead, 90, 99)).toEqual([2]);
  });

  it("don't end for a time that was sealed before the next one was stated, which begins when it says", () => {
    const backdated = [
      { seq: 0, at: 10 },
      { seq: 5, at: 20, sealedTo: 40 },
    ];
    expect(seqsDuring(backdated, 12, 18)).toEqual([0]);
    expect(seqsDuring(backdated, 25, 30)).toEqual([0, 5]);
    expect(seqsDuring(backdated, 40, 50)).toEqual([5]);
  });
});
