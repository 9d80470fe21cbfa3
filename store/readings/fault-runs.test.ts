import { expect, it } from "vitest";
import { cappedRuns, faultRunsMax } from "./fault-runs.ts";

const runs = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ from: 10 * at, to: 10 * at + 5 }));

it("tells every run where there are few", () => {
  expect(cappedRuns(runs(faultRunsMax))).toEqual(runs(faultRunsMax));
});

it("takes nothing to be known after too many", () => {
  const told = cappedRuns(runs(faultRunsMax + 1));
  expect(told).toHaveLength(faultRunsMax);
  expect(told.at(-1)).toEqual({ from: 10 * (faultRunsMax - 1), to: null });
  expect(told.at(-2)?.to).not.toBeNull();
});
