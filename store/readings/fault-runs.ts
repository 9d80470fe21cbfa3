import type { PointSteps } from "./readings-store.ts";

/** More runs of faults than these are not told one by one. */
export const faultRunsMax = 1_000;

/** Runs of faults in order of time, at most `faultRunsMax`: from the last of them on nothing is taken to be known. */
export function cappedRuns(runs: PointSteps["faults"]): PointSteps["faults"] {
  if (runs.length <= faultRunsMax) return runs;
  return runs
    .slice(0, faultRunsMax)
    .map((run, at) => (at === faultRunsMax - 1 ? { from: run.from, to: null } : run));
}
