/** What a chart asks of the readings in InfluxDB: by InfluxQL's own aggregates, which 1.x, 2.x and 3.x share. */

import { cappedRuns, faultRunsMax } from "./fault-runs.ts";
import { conditionsOf, type Series, seriesOf } from "./influx-query.ts";
import { joinSpans } from "./join-spans.ts";
import { measurement } from "./line-protocol.ts";
import type { Bucket, PointSteps, ReadingsRange, ReadingsStore, Span } from "./readings-store.ts";
import { seekTimes } from "./time-seeker.ts";

/** Asks `/query` in InfluxQL. */
type Ask = (query: string) => Promise<unknown>;
type Row = readonly unknown[];

/** Up to so long a stretch of a contact's statements is read whole, to find when each ended. */
const wholeMs = 8 * 86_400_000;
/** More windows than these are not worth telling. */
const windowsMax = 3_000;
/** How many times one query reads on the way from one run of faults to the next. */
const timesPerPage = 100;

/** The charts' part of the readings store. */
export function openInfluxCharts(ask: Ask): Pick<ReadingsStore, "buckets" | "steps" | "switches"> {
  const read = async (select: string, range: ReadingsRange, more = "") => {
    const asked = conditionsOf(range).map((condition) => ask(fill(select, condition) + more));
    return (await Promise.all(asked)).flatMap(seriesOf);
  };
  return {
    buckets: (range, bucketMs) => readBuckets(read, range, bucketMs),
    steps: (range, longerThanMs) => readSteps(read, range, longerThanMs),
    switches: async (range, holdMs, { doors }) => ({
      doors: doors ? await readSwitch(read, range, { said: "door", on: true, holdMs }) : [],
      powerCuts: await readSwitch(read, range, { said: "power", on: false, holdMs }),
    }),
  };
}

type Read = (select: string, range: ReadingsRange, more?: string) => Promise<Series[]>;

/** `?` stands for the measurement with the range's condition. */
function fill(select: string, condition: string): string {
  return select.replace("?", `${measurement} WHERE ${condition}`);
}

async function readBuckets(read: Read, range: ReadingsRange, bucketMs: number): Promise<Bucket[]> {
  const grouped = ` GROUP BY point, time(${bucketMs}ms) fill(none)`;
  const [values, late] = await Promise.all([
    read("SELECT MIN(t), MAX(t), MEAN(t), COUNT(t) FROM ?", range, grouped),
    read("SELECT COUNT(t) FROM ?", range, ` AND late = true${grouped}`),
  ]);
  const lateAt = new Map(
    late.flatMap((series) => series.values.map(([ts, n]) => [`${pointOf(series)}/${ts}`, Number(n)])),
  );
  return values.flatMap((series) => {
    const point = pointOf(series);
    return series.values.map(([ts, min, max, mean, n]) => ({
      ...{ point, ts: Number(ts), minMilliC: Number(min), maxMilliC: Number(max), meanMilliC: Number(mean) },
      ...{ n: Number(n), late: lateAt.get(`${point}/${ts}`) ?? 0 },
    }));
  });
}

async function readSteps(read: Read, range: ReadingsRange, longerThanMs: number): Promise<PointSteps[]> {
  const [firsts, lasts, steps, faults] = await Promise.all([
    read("SELECT FIRST(t) FROM ?", range, " GROUP BY point"),
    read("SELECT LAST(t) FROM ?", range, " GROUP BY point"),
    readLongSteps(read, range, longerThanMs),
    read("SELECT FIRST(err) FROM ?", range, " AND err != '' GROUP BY point"),
  ]);
  const ends = byPoint(lasts);
  const longs = byPoint(steps);
  const faulty = byPoint(faults);
  return await Promise.all(
    [...byPoint(firsts)].map(async ([point, rows]) => ({
      point,
      first: timeOf(rows[0]),
      last: timeOf(ends.get(point)?.[0]),
      long: (longs.get(point) ?? []).map((row) => ({ from: timeOf(row) - Number(row[1]), to: timeOf(row) })),
      faults: faulty.has(point) ? await runsOf(read, { ...range, points: [point] }) : [],
    })),
  );
}

/** Ends of long steps with their lengths, compared by InfluxDB where a point's temperatures may leave that much open. */
async function readLongSteps(read: Read, range: ReadingsRange, longerThanMs: number): Promise<Series[]> {
  const points = await pointsWithHoles(read, range, Math.floor(longerThanMs / 2));
  const elapsed = `SELECT e FROM (SELECT ELAPSED(t, 1ms) AS e FROM ? GROUP BY point) WHERE e > ${longerThanMs}`;
  return await read(elapsed, { ...range, points }, " GROUP BY point");
}

/**
 * The points of which some window of `windowMs` between two others holds no temperature: a step of twice that length
 * leaves at least one whole window empty. Counting is four times faster than comparing neighbours; where there would be
 * too many windows to tell, all points.
 */
async function pointsWithHoles(
  read: Read,
  range: ReadingsRange,
  windowMs: number,
): Promise<readonly string[]> {
  if (windowMs === 0 || (range.to - range.from) / windowMs > windowsMax) return range.points;
  const counted = await read(
    "SELECT COUNT(t) FROM ?",
    range,
    ` GROUP BY point, time(${windowMs}ms) fill(none)`,
  );
  const hasHole = ({ values }: Series) =>
    values.some((row, at) => at > 0 && timeOf(row) - timeOf(values[at - 1]) > windowMs);
  return counted.filter(hasHole).map(pointOf);
}

/**
 * The faults of one point that no temperature parts, each run with the temperature that ends it: from one to the other and
 * back, so that neither a long run nor the time between two is read.
 */
async function runsOf(read: Read, range: ReadingsRange): Promise<PointSteps["faults"]> {
  const seek = (select: string, more = "") =>
    seekTimes(async (from) => {
      const page = await read(select, { ...range, from }, `${more} ORDER BY time LIMIT ${timesPerPage}`);
      return page.flatMap(({ values }) => values.map(timeOf));
    }, timesPerPage);
  const faultAt = seek("SELECT err FROM ?", " AND err != ''");
  const temperatureAt = seek("SELECT t FROM ?");
  const runs: { from: number; to: number | null }[] = [];
  for (let at: number | null = range.from; at !== null && runs.length <= faultRunsMax; ) {
    const from = await faultAt(at);
    if (from === null) break;
    at = await temperatureAt(from + 1);
    runs.push({ from, to: at });
  }
  return cappedRuns(runs);
}

/**
 * When a contact was on. Where its statements reach too far to be read whole, each window that holds one is taken to be on
 * for as long as the statement may hold.
 */
async function readSwitch(
  read: Read,
  range: ReadingsRange,
  { said, on, holdMs }: { said: "door" | "power"; on: boolean; holdMs: number },
): Promise<Span[]> {
  const windowMs = Math.max(1, Math.ceil((range.to - range.from) / windowsMax));
  const grouped = ` AND ${said} = ${on} GROUP BY time(${windowMs}ms) fill(none)`;
  const windows = (await read(`SELECT COUNT(${said}) FROM ?`, range, grouped))
    .flatMap(({ values }) => values.map(timeOf))
    .map((ts) => ({ from: Math.max(ts, range.from), to: ts + windowMs + holdMs }));
  if (windows.length === 0) return [];
  const from = Math.min(...windows.map((window) => window.from));
  const to = Math.min(Math.max(...windows.map((window) => window.to)), range.to);
  if (to - from > wholeMs) return joinSpans(windows);
  const stated = await read(`SELECT ${said} FROM ?`, { ...range, from, to }, " GROUP BY point");
  return joinSpans(stated.flatMap(({ values }) => spansOn(values, { on, holdMs })));
}

function spansOn(rows: readonly Row[], { on, holdMs }: { on: boolean; holdMs: number }): Span[] {
  return rows.flatMap((row, at) => {
    if (row[1] !== on) return [];
    const [from, next] = [timeOf(row), rows[at + 1]];
    const until = from + holdMs;
    return [{ from, to: next === undefined ? until : Math.min(until, timeOf(next)) }];
  });
}

function byPoint(series: readonly Series[]): Map<string, readonly Row[]> {
  return new Map(series.map((each) => [pointOf(each), each.values]));
}

function pointOf({ tags }: Series): string {
  return tags?.point ?? "";
}

function timeOf(row: Row | undefined): number {
  return Number(row?.[0]);
}
