import type { Store } from "#store/connect.ts";
import { type Excursion, readExcursions } from "#store/excursions.ts";
import type { EquipmentFacts } from "#store/gateway-registry.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import {
  disturbs,
  followExcursions,
  lookBackFrom,
  type Revision,
  reviseExcursions,
  type Sample,
  type WatchedPoint,
} from "./follow-excursions.ts";
import type { Candidate } from "./open-readings.ts";
import type { QuietPoints } from "./quiet-points.ts";

/** How far before and past a back-filled sample the look goes for the samples that begin and end its excursion. */
const lookMs = 86_400_000;

/**
 * The excursions that newly stored readings open, change or close. What comes in order is followed; what comes out of
 * order and matters has its stretch looked at again in the readings store.
 */
export async function settleExcursions(
  parts: { store: Store; readings: ReadingsStore; quiet: QuietPoints },
  stored: readonly Candidate[],
  newest: ReadonlyMap<string, number>,
  now: number,
): Promise<Revision> {
  const placed = parts.quiet.loud(
    stored.filter((candidate) => candidate.equipment !== null),
    newest,
  );
  if (placed.length === 0) return { save: [], drop: [] };
  const points = [...new Set(placed.map((candidate) => candidate.reading.point))];
  const since = placed.reduce((min, { reading }) => Math.min(min, reading.ts), Number.POSITIVE_INFINITY);
  const known = await parts.store.as({ role: "worker" }, (tx) => readExcursions(tx, points, since));
  const troubled = new Set(known.map((row) => `${row.tenantId}/${row.point}`));
  const seen = new Set(placed.map(({ place }) => place));
  parts.quiet.noteQuiet(
    [...seen].filter((key) => !troubled.has(key)),
    since,
  );
  const save: Excursion[] = [];
  const drop: Excursion[] = [];
  const key = ({ reading }: Candidate) => `${reading.tenant}/${reading.equipmentId}/${reading.point}`;
  for (const group of Map.groupBy(placed, key).values()) {
    const revision = await settlePoint(parts.readings, group, { known, newest, now });
    save.push(...revision.save);
    drop.push(...revision.drop);
  }
  return { save, drop };
}

async function settlePoint(
  readings: ReadingsStore,
  group: readonly Candidate[],
  { known, newest, now }: { known: readonly Excursion[]; newest: ReadonlyMap<string, number>; now: number },
): Promise<Revision> {
  const samples = group.map(sampleOf).sort((a, b) => a.ts - b.ts);
  const live = new Set(samples.filter(({ isLive }) => isLive).map(({ ts }) => ts));
  const { place, reading } = group[0] as Candidate;
  const { tenant, point } = reading;
  const watched: WatchedPoint = { equipment: (group[0] as Candidate).equipment as EquipmentFacts, point };
  const own = known.filter(
    (row) => row.tenantId === tenant && row.equipmentId === watched.equipment.id && row.point === point,
  );
  const newestTs = newest.get(place) ?? Number.NEGATIVE_INFINITY;
  const troubling = samples.filter((sample) => sample.ts <= newestTs && disturbs(own, sample, watched));
  let rows: readonly Excursion[] = own;
  let seenTo = Number.NEGATIVE_INFINITY;
  for (const { from, to } of stretchesAround(troubling, own)) {
    const stretch = await readings.range({ tenant, points: [point], from, to });
    const inPlace = stretch
      .filter((reading) => reading.equipmentId === watched.equipment.id)
      .map(({ ts, tMilliC }) => ({ ts, tMilliC, isLive: live.has(ts) }));
    rows = revised(rows, reviseExcursions(rows, inPlace, watched, now));
    seenTo = to;
  }
  const ahead = samples.filter((sample) => sample.ts > newestTs && sample.ts >= seenTo);
  return difference(own, followExcursions(rows, ahead, watched, now));
}

function sampleOf({ reading: { ts, tMilliC }, isLive }: Candidate): Sample {
  return { ts, tMilliC, isLive };
}

/**
 * What is read again for samples that came out of order, in order of time: a day's samples together, with at most a day
 * before for the excursion they lie in and a day after for the sample that ends it. So one query never spans more than
 * three days, whatever times a gateway back-fills.
 */
function stretchesAround(troubling: readonly Sample[], own: readonly Excursion[]) {
  const stretches: { first: number; from: number; to: number }[] = [];
  for (const { ts } of troubling) {
    const current = stretches.at(-1);
    const to = ts + lookMs + 1;
    if (current && ts < current.first + lookMs) current.to = to;
    else stretches.push({ first: ts, from: Math.max(lookBackFrom(own, ts), ts - lookMs), to });
  }
  return stretches;
}

function revised(rows: readonly Excursion[], { save, drop }: Revision): Excursion[] {
  const beginnings = new Set([...save, ...drop].map((row) => row.fromTs));
  return [...rows.filter((row) => !beginnings.has(row.fromTs)), ...save];
}

function difference(before: readonly Excursion[], after: readonly Excursion[]): Revision {
  const beginnings = new Set(after.map((row) => row.fromTs));
  return {
    save: after.filter((row) => !before.includes(row)),
    drop: before.filter((row) => !beginnings.has(row.fromTs)),
  };
}
