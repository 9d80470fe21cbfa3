import { and, eq, gte, inArray, lt, sql } from "drizzle-orm";
import type { Store, Tx } from "../connect.ts";
import { readings } from "../schema/readings.ts";
import { selectBuckets, selectSteps, selectSwitches } from "./postgres-charts.ts";
import { byPointAndTime, type Reading, type ReadingsRange, type ReadingsStore } from "./readings-store.ts";

const rowsPerInsert = 5_000;

/** Readings in the same Postgres as everything else, for when no InfluxDB is configured. */
export function openPostgresReadings(store: Store): ReadingsStore {
  return {
    kind: "postgres",
    describe: `readings in ${store.describe}`,
    write: async (batch) => {
      await store.as({ role: "worker" }, (tx) => insertReadings(tx, batch));
      return [];
    },
    range: (range) => store.as({ role: "worker" }, (tx) => selectRange(tx, range)),
    buckets: (range, bucketMs) => store.as({ role: "worker" }, (tx) => selectBuckets(tx, range, bucketMs)),
    steps: (range, longerThanMs) =>
      store.as({ role: "worker" }, (tx) => selectSteps(tx, range, longerThanMs)),
    switches: (range, holdMs, which) =>
      store.as({ role: "worker" }, (tx) => selectSwitches(tx, range, holdMs, which)),
    ping: () => store.ping(),
  };
}

async function insertReadings(tx: Tx, batch: readonly Reading[]): Promise<void> {
  for (let from = 0; from < batch.length; from += rowsPerInsert) {
    await insertChunk(tx, batch.slice(from, from + rowsPerInsert));
  }
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

async function selectRange(tx: Tx, { tenant, points, from, to }: ReadingsRange): Promise<Reading[]> {
  if (points.length === 0) return [];
  const rows = await tx
    .select()
    .from(readings)
    .where(
      and(
        eq(readings.tenantId, tenant),
        inArray(readings.point, [...points]),
        gte(readings.ts, from),
        lt(readings.ts, to),
      ),
    );
  return rows.map(({ tenantId, ...row }) => ({ tenant: tenantId, ...row })).sort(byPointAndTime);
}
