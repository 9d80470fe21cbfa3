import { sql } from "drizzle-orm";
import { AppError } from "#domain/errors.ts";
import { isOutage } from "#domain/outage.ts";
import type { Store, Tx } from "../connect.ts";
import { bisect, type Refusal } from "./bisect.ts";
import { selectBuckets, selectSteps, selectSwitches } from "./postgres-charts.ts";
import {
  byPointAndTime,
  type Reading,
  type ReadingsRange,
  type ReadingsStore,
  type RefusedReading,
  type WriteMeter,
} from "./readings-store.ts";

const rowsPerInsert = 5_000;
const causesMax = 6;

/** Readings in the same Postgres as everything else, for when no InfluxDB is configured. */
export function openPostgresReadings(store: Store, meter?: WriteMeter): ReadingsStore {
  const inTx = <T>(work: (tx: Tx) => Promise<T>) => answered(store.as({ role: "worker" }, work));
  return {
    kind: "postgres",
    describe: `readings in ${store.describe}`,
    write: async (batch) => {
      const refused: RefusedReading[] = [];
      for (let from = 0; from < batch.length; from += rowsPerInsert) {
        const chunk = batch.slice(from, from + rowsPerInsert);
        const attempt = (part: readonly Reading[]) =>
          inTx((tx) => insertChunk(tx, part)).then(kept, refusalOf);
        const found = await bisect(chunk, attempt, meter?.halved);
        refused.push(...found.map(({ item, detail }) => ({ reading: item, detail })));
      }
      return refused;
    },
    range: (range) => inTx((tx) => selectRange(tx, range)),
    buckets: (range, bucketMs) => inTx((tx) => selectBuckets(tx, range, bucketMs)),
    steps: (range, longerThanMs) => inTx((tx) => selectSteps(tx, range, longerThanMs)),
    switches: (range, holdMs, which) => inTx((tx) => selectSwitches(tx, range, holdMs, which)),
    ping: () => answered(store.ping()),
  };
}

async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isOutage(error)) throw error;
    throw new AppError("UNAVAILABLE", "PostgreSQL can't take or give readings now", {}, error);
  }
}

const kept = () => null;

/** SQLSTATE class 22: a value that its column can't hold. @throws the error when it is another one */
function refusalOf(error: unknown): Refusal {
  let current = error;
  for (let depth = 0; depth < causesMax && current instanceof Error; depth += 1) {
    const { code } = current as { code?: unknown };
    if (typeof code === "string" && /^22\w{3}$/.test(code)) return { detail: current.message };
    current = current.cause;
  }
  throw error;
}

/** One parameter for each column, however many rows: a statement takes at most 65,535 parameters. */
async function insertChunk(tx: Tx, chunk: readonly Reading[]): Promise<void> {
  const column = (pick: (reading: Reading) => unknown) => sql.param(chunk.map(pick));
  await tx.execute(sql`
    insert into readings (tenant_id, point, ts, equipment_id, t_milli_c, rh_permille, door, power, lat, lon, err,
      received_at, inbox_id, late, signed_by)
    select * from unnest(
      ${column((r) => r.tenant)}::text[], ${column((r) => r.point)}::text[], ${column((r) => r.ts)}::bigint[],
      ${column((r) => r.equipmentId)}::text[], ${column((r) => r.tMilliC)}::integer[],
      ${column((r) => r.rhPermille)}::integer[], ${column((r) => r.door)}::boolean[],
      ${column((r) => r.power)}::boolean[], ${column((r) => r.lat)}::double precision[],
      ${column((r) => r.lon)}::double precision[], ${column((r) => r.err)}::text[],
      ${column((r) => r.receivedAt)}::bigint[], ${column((r) => r.inboxId)}::bigint[],
      ${column((r) => r.late)}::boolean[], ${column((r) => r.signedBy)}::text[])
    on conflict do nothing`);
}

/** A list for each column: read a cell at a time, a reading takes several times as long. */
interface Columns extends Pick<Reading, "point" | "equipmentId" | "late" | "signedBy"> {
  readonly ts: readonly number[];
  readonly tMilliC: readonly (number | null)[];
  readonly receivedAt: readonly number[];
  readonly inboxId: readonly number[];
  /** What few readings have: null for one that has none of it. */
  readonly rest: readonly (Rest | null)[];
  /** Whether equipment, lateness and key are those of all these readings. */
  readonly isOne: boolean;
}

type Rest = readonly [
  rhPermille: Reading["rhPermille"],
  door: Reading["door"],
  power: Reading["power"],
  lat: Reading["lat"],
  lon: Reading["lon"],
  err: Reading["err"],
];
const nothing: Rest = [null, null, null, null, null, null];

/** A point's readings mostly have equipment, lateness and key in common: to sort by these too takes PostgreSQL a third longer. */
const byPoint = {
  common: sql`min(equipment_id) as "equipmentId", bool_or(late) as late, min(signed_by) as "signedBy",
    min(equipment_id) = max(equipment_id) and bool_or(late) = bool_and(late)
      and min(signed_by) is not distinct from max(signed_by) and count(signed_by) in (0, count(*)) as "isOne"`,
  keys: sql`point`,
};
const byAll = {
  common: sql`equipment_id as "equipmentId", late, signed_by as "signedBy", true as "isOne"`,
  keys: sql`point, equipment_id, late, signed_by`,
};

async function selectRange(tx: Tx, range: ReadingsRange): Promise<Reading[]> {
  const columns = await selectColumns(tx, range, byPoint);
  const mixed = columns.filter(({ isOne }) => !isOne).map(({ point }) => point);
  const parted = await selectColumns(tx, { ...range, points: mixed }, byAll);
  return [...columns.filter(({ isOne }) => isOne), ...parted]
    .flatMap((one) => readingsOf(range.tenant, one))
    .sort(byPointAndTime);
}

async function selectColumns(
  tx: Tx,
  { tenant, points, from, to }: ReadingsRange,
  { common, keys }: typeof byPoint,
): Promise<Columns[]> {
  if (points.length === 0) return [];
  const { rows } = await tx.execute<Columns & Record<string, unknown>>(sql`
    select point, ${common}, json_agg(ts) as ts, json_agg(t_milli_c) as "tMilliC",
      json_agg(received_at) as "receivedAt", json_agg(inbox_id) as "inboxId",
      json_agg(case when num_nonnulls(rh_permille, door, power, lat, lon, err) > 0
        then json_build_array(rh_permille, door, power, lat, lon, err) end) as rest
    from readings
    where tenant_id = ${tenant} and point = any(${sql.param([...points])}::text[]) and ts >= ${from} and ts < ${to}
    group by ${keys}`);
  return rows;
}

/** Field by field, as this runs for every reading. */
function readingsOf(tenant: string, columns: Columns): Reading[] {
  const { point, equipmentId, late, signedBy, tMilliC, receivedAt, inboxId, rest } = columns;
  return columns.ts.map((ts, at) => {
    const [rhPermille, door, power, lat, lon, err] = rest[at] ?? nothing;
    return {
      tenant,
      point,
      ts,
      equipmentId,
      tMilliC: tMilliC[at] as number | null,
      rhPermille,
      door,
      power,
      lat,
      lon,
      err,
      receivedAt: receivedAt[at] as number,
      inboxId: inboxId[at] as number,
      late,
      signedBy,
    };
  });
}
