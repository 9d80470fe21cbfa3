/** The mean kinetic temperature of a stay as sums that legs can add up (USP <1160>). */
import { mktTerm } from "#domain/coldchain/mkt.ts";
import { lastStepMs, type StaySpan } from "./stay-samples.ts";
import type { SealedWindow } from "./windows.ts";

/** Σ weight·term and Σ weight (ms) of one measuring point. */
export interface MktSum {
  readonly terms: number;
  readonly weightMs: number;
}

/** MKT sums of one point: summaries of whole windows, readings (left-hold) of windows that hold an edge. */
export function mktOf(stay: StaySpan, windows: readonly SealedWindow[], point: string): MktSum {
  let terms = 0;
  let weightMs = 0;
  for (const window of windows) {
    const summary = window.body?.points.find((candidate) => candidate.point === point);
    if (summary === undefined) continue;
    const inside = window.from >= stay.from && window.to <= stay.to;
    const part = inside
      ? { terms: summary.mktSum / 1000, weightMs: summary.weightMs }
      : edgeSum(stay, window, point);
    terms += part.terms;
    weightMs += part.weightMs;
  }
  return { terms, weightMs };
}

function edgeSum(stay: StaySpan, window: SealedWindow, point: string): MktSum {
  const rows = (window.readings ?? []).filter(([name, , t]) => name === point && t !== null);
  const step = lastStepMs(rows.map(([, ts]) => ts));
  let terms = 0;
  let weightMs = 0;
  for (const [index, [, ts, tMilliC]] of rows.entries()) {
    const until = Math.min(rows[index + 1]?.[1] ?? Math.min(ts + step, window.to), stay.to);
    const weight = Math.max(0, until - Math.max(ts, stay.from));
    terms += weight * mktTerm(tMilliC ?? 0);
    weightMs += weight;
  }
  return { terms, weightMs };
}

/** The point that was warmest: the one that a pack next to it would have felt. */
export function warmest(sums: readonly MktSum[]): MktSum | null {
  const usable = sums.filter((sum) => sum.weightMs > 0);
  return usable.sort((a, b) => b.terms / b.weightMs - a.terms / a.weightMs)[0] ?? null;
}
