/** What is wrong with the log itself, as alarms of the organisations that run it; for the worker role. */
import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { type Finding, recordFindings } from "./findings.ts";
import type { logAlarmKinds } from "./schema/alarms.ts";

/** What can be wrong with the log itself. */
export type LogAlarmKind = (typeof logAlarmKinds)[number];

/** What is known of the log now; what is in neither list is as it was. */
export interface LogTroubles {
  readonly lasting: readonly {
    readonly kind: LogAlarmKind;
    readonly detail: string | null;
    /** When it began (epoch ms), where that is known to be before it is told. */
    readonly since?: number;
  }[];
  readonly over: readonly LogAlarmKind[];
}

const findingOf = {
  "log-fork": "LOG_FORK",
  "log-disagree": "LOG_DISAGREE",
  "log-costly": "LOG_COSTLY",
  "log-copy": "LOG_COPY",
  "log-funds": "LOG_FUNDS",
  "log-down": "LOG_DOWN",
} as const satisfies Record<LogAlarmKind, Finding["kind"]>;

/**
 * Opens an alarm for each organisation of kind operator that has none yet of what lasts, with a finding that tells the
 * detail, and ends those that are over. The same again changes nothing. `origin` names the log; `now` in epoch ms.
 */
export async function keepLogAlarms(
  tx: Tx,
  { lasting, over }: LogTroubles,
  { origin, now }: { readonly origin: string; readonly now: number },
): Promise<void> {
  await tx.execute(sql`
    update alarms set until_ts = greatest(since_ts, ${now}), cleared_at = ${now}
    where cleared_at is null and kind = any(${sql.param([...over])}::text[])`);
  for (const { kind, detail, since = now } of lasting) {
    const { rows } = await tx.execute<{ tenant: string }>(sql`
      insert into alarms (tenant_id, kind, since_ts, opened_at)
      select o.tenant_id, ${kind}, ${since}::bigint, ${now}::bigint from organisations o
      where o.kind = 'operator' and not exists (
        select from alarms a where a.tenant_id = o.tenant_id and a.kind = ${kind} and a.cleared_at is null
      )
      returning tenant_id as tenant`);
    const found = rows.map(({ tenant }) => {
      return { tenant, kind: findingOf[kind], subject: origin, detail: { detail } };
    });
    await recordFindings(tx, found, now);
  }
}

/** What is wrong with the log now, by its operators' alarms, and since when (epoch ms). */
export async function readLogTroubles(tx: Tx): Promise<{ kind: LogAlarmKind; since: number }[]> {
  const { rows } = await tx.execute<{ kind: LogAlarmKind; since: number }>(sql`
    select kind, min(since_ts) as since from alarms
    where cleared_at is null and equipment_id is null and kind like 'log-%' group by kind order by kind`);
  return rows;
}
