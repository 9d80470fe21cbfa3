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

/** What differs from reading to reading. */
type Varying =
  | "ts"
  | "tMilliC"
  | "rhPermille"
  | "door"
  | "power"
  | "lat"
  | "lon"
  | "err"
  | "receivedAt"
  | "inboxId";

/** Readings that have the rest in common: a list for each column. */
type Columns = Omit<Reading, Varying | "tenant"> & {
  readonly [Name in Varying]: readonly Reading[Name][];
};

/** A list for each column: read a cell at a time, a reading takes several times as long. */
async function selectRange(tx: Tx, { tenant, points, from, to }: ReadingsRange): Promise<Reading[]> {
  if (points.length === 0) return [];
  const { rows } = await tx.execute<Columns & Record<string, unknown>>(sql`
    select point, equipment_id as "equipmentId", late, signed_by as "signedBy", json_agg(ts) as ts,
      json_agg(t_milli_c) as "tMilliC", json_agg(rh_permille) as "rhPermille", json_agg(door) as door,
      json_agg(power) as power, json_agg(lat) as lat, json_agg(lon) as lon, json_agg(err) as err,
      json_agg(received_at) as "receivedAt", json_agg(inbox_id) as "inboxId"
    from readings
    where tenant_id = ${tenant} and point = any(${sql.param([...points])}::text[]) and ts >= ${from} and ts < ${to}
    group by point, equipment_id, late, signed_by`);
  return rows.flatMap((columns) => readingsOf(tenant, columns)).sort(byPointAndTime);
}

/** Field by field, as this runs for every reading. */
function readingsOf(tenant: string, { point, equipmentId, late, signedBy, ...list }: Columns): Reading[] {
  const of = <Name extends Varying>(name: Name, at: number) => list[name][at] as Reading[Name];
  return list.ts.map((ts, at) => ({
    tenant,
    point,
    ts,
    equipmentId,
    tMilliC: of("tMilliC", at),
    rhPermille: of("rhPermille", at),
    door: of("door", at),
    power: of("power", at),
    lat: of("lat", at),
    lon: of("lon", at),
    err: of("err", at),
    receivedAt: of("receivedAt", at),
    inboxId: of("inboxId", at),
    late,
    signedBy,
  }));
}
