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
  type WatchedPoint,
} from "./follow-excursions.ts";
import type { Candidate } from "./open-readings.ts";

/** How far past a back-filled sample the look goes for the sample that ends its excursion. */
const lookAheadMs = 86_400_000;

/**
 * The excursions that newly stored readings open, change or close. What comes in order is followed; what comes out of
 * order and matters has its stretch looked at again in the readings store.
 */
export async function settleExcursions(
  parts: { store: Store; readings: ReadingsStore },
  stored: readonly Candidate[],
  newest: ReadonlyMap<string, number>,
  now: number,
): Promise<Revision> {
  const placed = stored.filter((candidate) => candidate.equipment !== null);
  if (placed.length === 0) return { save: [], drop: [] };
  const points = [...new Set(placed.map((candidate) => candidate.reading.point))];
  const since = placed.reduce((min, { reading }) => Math.min(min, reading.ts), Number.POSITIVE_INFINITY);
  const known = await parts.store.as({ role: "worker" }, (tx) => readExcursions(tx, points, since));
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
  const samples = group.map((candidate) => candidate.reading).sort((a, b) => a.ts - b.ts);
  const { tenant, point } = samples[0] as (typeof samples)[0];
  const watched: WatchedPoint = { equipment: (group[0] as Candidate).equipment as EquipmentFacts, point };
  const own = known.filter(
    (row) => row.tenantId === tenant && row.equipmentId === watched.equipment.id && row.point === point,
  );
  const newestTs = newest.get(`${tenant}/${point}`) ?? Number.NEGATIVE_INFINITY;
  const troubling = samples.filter((sample) => sample.ts <= newestTs && disturbs(own, sample, watched));
  const first = troubling[0];
  const last = troubling.at(-1);
  if (!first || !last) {
    const ahead = samples.filter((sample) => sample.ts > newestTs);
    return { save: changed(own, followExcursions(own, ahead, watched, now)), drop: [] };
  }
  const from = lookBackFrom(own, first.ts);
  const to = Math.max(last.ts + lookAheadMs, (samples.at(-1)?.ts ?? last.ts) + 1);
  const stretch = await readings.range({ tenant, points: [point], from, to });
  const inPlace = stretch.filter((reading) => reading.equipmentId === watched.equipment.id);
  return reviseExcursions(own, inPlace, watched, now);
}

function changed(before: readonly Excursion[], after: readonly Excursion[]): Excursion[] {
  return after.filter((row) => !before.includes(row));
}
