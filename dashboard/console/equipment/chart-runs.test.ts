import { describe, expect, it } from "vitest";
import { type Bucket, runsOf } from "./chart-runs.ts";

const bucket = (at: number): Bucket => [at, 4, 5, 4.5, 1, 0];
const starts = (runs: Bucket[][]) => runs.map((run) => run.map(([at]) => at));

describe("a line", () => {
  it("joins buckets that are close enough", () => {
    const buckets = [0, 10, 20, 40].map(bucket);
    expect(starts(runsOf(buckets, [], { bucketMs: 10, maxGapMs: 25 }))).toEqual([[0, 10, 20, 40]]);
  });

  it("breaks where buckets are too far apart", () => {
    const buckets = [0, 10, 40, 50].map(bucket);
    expect(starts(runsOf(buckets, [], { bucketMs: 10, maxGapMs: 25 }))).toEqual([
      [0, 10],
      [40, 50],
    ]);
  });

  it("breaks where a gap was found, also when long buckets would hide it", () => {
    const buckets = [0, 10, 30, 40].map(bucket);
    expect(starts(runsOf(buckets, [{ from: 20, to: 30 }], { bucketMs: 10, maxGapMs: 50 }))).toEqual([
      [0, 10],
      [30, 40],
    ]);
    expect(starts(runsOf(buckets, [{ from: 42, to: null }], { bucketMs: 10, maxGapMs: 50 }))).toHaveLength(1);
  });
});

it("no buckets give no line", () => {
  expect(runsOf([], [], { bucketMs: 10, maxGapMs: 10 })).toEqual([]);
});
