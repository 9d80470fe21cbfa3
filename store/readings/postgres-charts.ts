/** What a chart asks of the readings in Postgres: counted and compared there, so that few rows travel. */
import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { rowsAsJson } from "../rows-as-json.ts";
import { cappedRuns, faultRunsMax } from "./fault-runs.ts";
import { joinSpans } from "./join-spans.ts";
import type { Bucket, PointSteps, ReadingsRange, Span, SwitchSpans } from "./readings-store.ts";

/**
 * A query for each point by itself: only so does a planner without statistics (PGlite gathers none) go by the readings'
 * key, and finds them in order of time. `select` speaks of `point`; `own` is the condition of the point's readings.
 */
function eachPoint(range: ReadingsRange, select: (own: SQL) => SQL): SQL {
  const own = sql`r.tenant_id = ${range.tenant} and r.point = p.point and r.ts >= ${range.from} and r.ts < ${range.to}`;
  return sql`select p.point, found.* from unnest(${sql.param([...range.points])}::text[]) as p(point)
    cross join lateral (${select(own)}) found`;
}

/** @see ReadingsStore.buckets */
export async function selectBuckets(tx: Tx, range: ReadingsRange, bucketMs: number): Promise<Bucket[]> {
  return await rowsAsJson<Bucket>(
    tx,
    eachPoint(
      range,
      (
        own,
      ) => sql`select r.ts / ${bucketMs}::bigint * ${bucketMs}::bigint as ts, min(r.t_milli_c) as "minMilliC",
        max(r.t_milli_c) as "maxMilliC", sum(r.t_milli_c)::float8 / count(*) as "meanMilliC", count(*)::int as n,
        count(*) filter (where r.late)::int as late
      from readings r where ${own} and r.t_milli_c is not null group by 1 order by 1`,
    ),
  );
}

interface StepRow extends Span {
  readonly point: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** @see ReadingsStore.steps */
export async function selectSteps(tx: Tx, range: ReadingsRange, longerThanMs: number): Promise<PointSteps[]> {
  const rows = await rowsAsJson<StepRow>(
    tx,
    eachPoint(
      range,
      (
        own,
      ) => sql`select ts as from, coalesce(next, ts) as to, before is null as "isFirst", next is null as "isLast" from (
        select r.ts, lead(r.ts) over time as next, lag(r.ts) over time as before
        from readings r where ${own} and r.t_milli_c is not null window time as (order by r.ts)
      ) known where before is null or next is null or next - ts > ${longerThanMs} order by ts`,
    ),
  );
  const faults = Map.groupBy(await selectFaults(tx, range), ({ point }) => point);
  return [...Map.groupBy(rows, ({ point }) => point)].map(([point, own]) => ({
    point,
    first: own[0]?.from ?? range.from,
    last: own.find(({ isLast }) => isLast)?.from ?? range.to,
    long: own.filter(({ from, to }) => to - from > longerThanMs).map(({ from, to }) => ({ from, to })),
    faults: cappedRuns((faults.get(point) ?? []).map(({ from, to }) => ({ from, to }))),
  }));
}

/** Read once in order of time: where faults begin and temperatures come back, one after the other. */
async function selectFaults(tx: Tx, range: ReadingsRange) {
  return await rowsAsJson<{ point: string; from: number; to: number | null }>(
    tx,
    eachPoint(
      range,
      (own) => sql`select ts as from, next as to from (
        select ts, is_fault, lead(ts) over (order by ts) as next from (
          select r.ts, r.t_milli_c is null as is_fault,
            lag(r.t_milli_c is null) over (order by r.ts) is distinct from (r.t_milli_c is null) as is_turn
          from readings r where ${own} and (r.t_milli_c is not null or r.err is not null)
        ) said where is_turn
      ) turns where is_fault order by ts limit ${faultRunsMax + 1}`,
    ),
  );
}

/** @see ReadingsStore.switches */
export async function selectSwitches(
  tx: Tx,
  range: ReadingsRange,
  holdMs: number,
  { doors }: { readonly doors: boolean },
): Promise<SwitchSpans> {
  const spans = async (said: SQL, isOn: SQL) =>
    joinSpans(
      await rowsAsJson<Span>(
        tx,
        eachPoint(
          range,
          (own) => sql`select ts as from, least(ts + ${holdMs}::bigint, next) as to from (
            select r.ts, ${isOn} as is_on, lead(r.ts) over (order by r.ts) as next
            from readings r where ${own} and ${said} is not null
          ) said where is_on order by ts`,
        ),
      ),
    );
  return {
    doors: doors ? await spans(sql`r.door`, sql`r.door`) : [],
    powerCuts: await spans(sql`r.power`, sql`not r.power`),
  };
}
