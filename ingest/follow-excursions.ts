import type { Excursion } from "#store/excursions.ts";
import type { EquipmentFacts } from "#store/gateway-registry.ts";

/** One sample of a measuring point; a sensor fault has no temperature and neither opens nor closes an excursion. */
export interface Sample {
  readonly ts: number;
  readonly tMilliC: number | null;
  /** Whether it is known to have come live; what came live before is noted in the rows. */
  readonly isLive: boolean;
}

/** A measuring point in the equipment whose limits it is judged by. */
export interface WatchedPoint {
  readonly equipment: EquipmentFacts;
  readonly point: string;
}

/**
 * Follows samples in order of time: the first strictly outside the limits opens an excursion, the extreme is kept, the
 * first one inside closes all that are open. One that only back-filled samples tell of is retrospective: it knows up to when
 * (`knownTo`), until a live one outside comes. `rows` are the point's excursions so far; gives back them as they are then.
 */
export function followExcursions(
  rows: readonly Excursion[],
  samples: readonly Sample[],
  watched: WatchedPoint,
  now: number,
): Excursion[] {
  let current = [...rows];
  for (const sample of samples) current = step(current, sample, watched, now);
  return current;
}

function step(rows: readonly Excursion[], sample: Sample, watched: WatchedPoint, now: number): Excursion[] {
  const { ts, tMilliC, isLive } = sample;
  if (tMilliC === null) return [...rows];
  const side = sideOf(tMilliC, watched.equipment);
  let goesOn = false;
  const next = rows.map((row) => {
    if (row.toTs !== null || row.fromTs > ts) return row;
    if (row.direction !== side?.direction) return { ...row, toTs: ts };
    goesOn = true;
    return { ...row, extremeMilliC: furthest(row, tMilliC), knownTo: isLive ? null : later(row.knownTo, ts) };
  });
  if (side && !goesOn) next.push({ ...opened(ts, tMilliC, side, watched, now), knownTo: isLive ? null : ts });
  return next;
}

function sideOf(tMilliC: number, { lowerMilliC, upperMilliC }: EquipmentFacts) {
  if (tMilliC > upperMilliC) return { direction: "high", limitMilliC: upperMilliC } as const;
  if (tMilliC < lowerMilliC) return { direction: "low", limitMilliC: lowerMilliC } as const;
  return null;
}

function furthest(row: Excursion, tMilliC: number): number {
  return row.direction === "high"
    ? Math.max(row.extremeMilliC, tMilliC)
    : Math.min(row.extremeMilliC, tMilliC);
}

function later(knownTo: number | null, ts: number): number | null {
  return knownTo === null ? null : Math.max(knownTo, ts);
}

function opened(
  ts: number,
  tMilliC: number,
  side: { direction: "high" | "low"; limitMilliC: number },
  { equipment, point }: WatchedPoint,
  now: number,
): Omit<Excursion, "knownTo"> {
  return {
    tenantId: equipment.tenantId,
    equipmentId: equipment.id,
    point,
    fromTs: ts,
    toTs: null,
    ...side,
    extremeMilliC: tMilliC,
    detectedAt: now,
    queued: false,
  };
}

/** Whether a sample that came out of order can change anything: it lies outside the limits, or in an excursion. */
export function disturbs(rows: readonly Excursion[], sample: Sample, watched: WatchedPoint): boolean {
  if (sample.tMilliC === null) return false;
  if (sideOf(sample.tMilliC, watched.equipment)) return true;
  return rows.some((row) => covers(row, sample.ts));
}

function covers(row: Excursion, ts: number): boolean {
  return row.fromTs <= ts && (row.toTs === null || ts < row.toTs);
}

/** What is to be kept and dropped after a stretch was looked at again. */
export interface Revision {
  readonly save: readonly Excursion[];
  readonly drop: readonly Excursion[];
}

/** Where the look back must begin so that an excursion around `ts` is seen from its start. */
export function lookBackFrom(rows: readonly Excursion[], ts: number): number {
  return rows.filter((row) => covers(row, ts)).reduce((from, row) => Math.min(from, row.fromTs), ts);
}

/**
 * Builds the excursions of a stretch anew from all its samples and compares them with the rows that begin in it. A row
 * with the same beginning keeps its history; one that reaches into the stretch goes on in it from its own beginning; one
 * that reaches past the stretch keeps its end; and what lies where a row was that is not retrospective isn't either.
 */
export function reviseExcursions(
  rows: readonly Excursion[],
  samples: readonly Sample[],
  watched: WatchedPoint,
  now: number,
): Revision {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return { save: [], drop: [] };
  const inStretch = rows.filter((row) => row.fromTs >= first.ts && row.fromTs <= last.ts);
  const reachesPast = rows.find((row) => row.fromTs <= last.ts && row.toTs !== null && row.toTs > last.ts);
  const reachingIn = rows
    .filter((row) => row.fromTs < first.ts && covers(row, first.ts))
    .map((row) => ({ ...row, toTs: null }));
  const fresh = followExcursions(reachingIn, samples, watched, now).map((row) =>
    row.toTs === null && reachesPast ? { ...row, toTs: reachesPast.toTs } : row,
  );
  const beginnings = new Set(fresh.map((row) => row.fromTs));
  const save = fresh.map((row) => {
    const before = inStretch.find((known) => known.fromTs === row.fromTs);
    const known = { ...row, knownTo: knownThrough(row, rows) };
    return before ? { ...known, detectedAt: before.detectedAt, queued: before.queued } : known;
  });
  return { save, drop: inStretch.filter((row) => !beginnings.has(row.fromTs)) };
}

/** A row's `knownTo` with what the rows that were there knew of the same time: which samples came live only they tell. */
function knownThrough(row: Excursion, rows: readonly Excursion[]): number | null {
  const end = row.toTs ?? Number.POSITIVE_INFINITY;
  const same = rows.filter(
    (known) =>
      known.direction === row.direction &&
      known.fromTs < end &&
      row.fromTs < (known.toTs ?? Number.POSITIVE_INFINITY),
  );
  return same
    .filter(({ knownTo }) => knownTo === null || knownTo < end)
    .reduce<number | null>((to, { knownTo }) => (knownTo === null ? null : later(to, knownTo)), row.knownTo);
}
