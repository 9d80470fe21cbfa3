/** What a sealed window says of each measuring point; the sealer, the audit and a verifier with the readings agree by this. */
import { mktTerm } from "#domain/coldchain/mkt.ts";
import { AppError } from "#domain/errors.ts";
import type { PointBody } from "./bodies.ts";

/** A reading as a window sees it: device time and receipt in epoch ms, milli-°C; a fault has no temperature. */
export interface WindowReading {
  readonly point: string;
  readonly ts: number;
  readonly tMilliC: number | null;
  readonly err: string | null;
  readonly receivedAt: number;
}

/** The facts of one measuring point in one window, integers only (milli-°C, ms). */
export interface PointSummary extends PointBody {
  readonly lagMinMs: number | null;
}

/** One window [from, to) of one equipment. `holdMaxMs`: the longest a reading speaks for, the profile's interval. */
export interface WindowToSummarize {
  readonly from: number;
  readonly to: number;
  readonly points: readonly { readonly point: string; readonly calibratedUntil: number | null }[];
  readonly rows: readonly WindowReading[];
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
  readonly holdMaxMs: number;
}

interface Sample extends WindowReading {
  readonly tMilliC: number;
}

/**
 * The summary of every measuring point that lay in the equipment, sorted by point; one without a good reading has
 * n = 0. `mktSum` is Σ weight·term·1000, rounded; since engines may differ in the last digit of `exp`, compare it
 * with a tolerance.
 * @throws AppError BAD_REQUEST on a row outside the window, of another point, or twice at one time
 */
export function summarizeWindow(window: WindowToSummarize): PointSummary[] {
  const rowsOf = new Map<string, WindowReading[]>(window.points.map(({ point }) => [point, []]));
  for (const row of window.rows) {
    if (row.ts < window.from || row.ts >= window.to) refuse(row, "outside the window");
    const rows = rowsOf.get(row.point) ?? refuse(row, "of a point that isn't in the equipment");
    rows.push(row);
  }
  return window.points
    .map((place) => summarizePoint(window, place, inTimeOrder(rowsOf.get(place.point) ?? [])))
    .sort((a, b) => (a.point < b.point ? -1 : 1));
}

function summarizePoint(
  window: WindowToSummarize,
  { point, calibratedUntil }: WindowToSummarize["points"][number],
  rows: readonly WindowReading[],
): PointSummary {
  const good = rows.filter(isGood);
  const values = good.map((row) => row.tMilliC);
  const lags = rows.map((row) => row.receivedAt - row.ts);
  const isOut = ({ tMilliC }: Sample) => tMilliC < window.lowerMilliC || tMilliC > window.upperMilliC;
  return {
    point,
    n: good.length,
    min: least(values),
    max: most(values),
    mean: good.length === 0 ? null : roundedMean(values),
    ...weigh(window, rows),
    first: good[0]?.ts ?? null,
    last: good.at(-1)?.ts ?? null,
    longestGapMs: longestStep(good, () => true),
    longestGapOutMs: longestStep(good, isOut),
    lagMinMs: least(lags),
    lagMaxMs: most(lags),
    faults: rows.length - good.length,
    calibratedUntil,
  };
}

/** A good reading holds to the next row of its point, faults included, or to the end; the first also back to the start. */
function weigh(
  window: WindowToSummarize,
  rows: readonly WindowReading[],
): { mktSum: number; weightMs: number } {
  const hold = (from: number, to: number) => Math.min(to - from, window.holdMaxMs);
  let [sum, weightMs] = [0, 0];
  for (const [at, row] of rows.entries()) {
    if (!isGood(row)) continue;
    const back = at === 0 ? hold(window.from, row.ts) : 0;
    const weight = back + hold(row.ts, rows[at + 1]?.ts ?? window.to);
    sum += weight * mktTerm(row.tMilliC);
    weightMs += weight;
  }
  return { mktSum: Math.round(sum * 1000), weightMs };
}

function longestStep(good: readonly Sample[], counts: (sample: Sample) => boolean): number {
  return good.reduce((longest, sample, at) => {
    const next = good[at + 1];
    return next && counts(sample) ? Math.max(longest, next.ts - sample.ts) : longest;
  }, 0);
}

/** Half up, in integers: a mean of −0.5 is 0. */
function roundedMean(values: readonly number[]): number {
  const sum = values.reduce((a, b) => a + b, 0);
  return Math.floor((2 * sum + values.length) / (2 * values.length));
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

function most(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function isGood(row: WindowReading): row is Sample {
  return row.tMilliC !== null && row.err === null;
}

function inTimeOrder(rows: readonly WindowReading[]): WindowReading[] {
  const sorted = rows.toSorted((a, b) => a.ts - b.ts);
  const twice = sorted.find((row, at) => row.ts === sorted[at + 1]?.ts);
  return twice ? refuse(twice, "twice at one time") : sorted;
}

function refuse(row: WindowReading, why: string): never {
  throw new AppError("BAD_REQUEST", `a reading ${why}: ${row.point} at ${row.ts}`);
}
