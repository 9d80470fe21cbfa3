import { AppError } from "#domain/errors.ts";
import { type Acknowledgement, type AlarmRow, findAlarm, acknowledgeAlarm as keep } from "#store/alarms.ts";
import type { Store, Tx } from "#store/connect.ts";
import { findMember } from "#store/people.ts";
import { recordAudit } from "../audit.ts";
import { reachOf } from "../console/reach.ts";
import type { Actor, Context } from "../context.ts";
import { type ToldAlarm, tellAlarm } from "./tell-alarm.ts";

/** Which alarm, what was done about it, and why. */
interface Wanted extends Pick<Acknowledgement, "action" | "reason"> {
  readonly organisation: string;
  readonly id: number;
}

/**
 * Acknowledges an alarm, whether it lasts or is over: once, and again where late readings made it grow since. Who, what and
 * why go to the audit trail with it, and what was said before.
 * @throws AppError UNAUTHENTICATED (nobody who may look at the console), NOT_FOUND (no such alarm in reach, or none that
 *   the actor may acknowledge), CONFLICT (somebody did: `by`, `at`)
 */
export async function acknowledgeAlarm(ctx: Context, wanted: Wanted): Promise<ToldAlarm> {
  const { organisation, id, action, reason } = wanted;
  const { tenant } = reachOf(ctx.actor);
  const isInReach = tenant === null || tenant === organisation;
  if (!isInReach || !ctx.actor.scopes.includes("alarms:acknowledge")) throw notFound();
  const acknowledgement = { at: ctx.clock(), by: await nameOf(ctx.store, ctx.actor), action, reason };
  return await ctx.store.as({ role: "app", tenant: organisation }, async (tx) => {
    const before = await findAlarm(tx, organisation, id);
    const isDone = await keep(tx, organisation, id, acknowledgement);
    const alarm = await findAlarm(tx, organisation, id);
    if (before === null || alarm === null) throw notFound();
    if (!isDone) throw conflict(alarm);
    await note(tx, ctx, before, acknowledgement);
    return tellAlarm(alarm);
  });
}

async function note(
  tx: Tx,
  ctx: Context,
  alarm: AlarmRow,
  { action, reason }: Acknowledgement,
): Promise<void> {
  const { tenantId, id, kind, label, sinceTs, acknowledgedAt: at, acknowledgedBy: by } = alarm;
  const old = at === null ? null : { at, by, action: alarm.action, reason: alarm.reason };
  const subject = `alarm ${id}`;
  const what = { action, kind, equipment: label, sinceTs };
  await recordAudit(tx, ctx, { action: "alarm.acknowledge", subject, old, new: what, reason }, tenantId);
}

/** As colleagues call a person; a machine by its key's id. */
async function nameOf(store: Store, { kind, id }: Actor): Promise<string> {
  if (kind !== "person") return id;
  const member = await store.as({ role: "auth" }, (tx) => findMember(tx, id));
  return member?.name ?? id;
}

function notFound(): AppError {
  return new AppError("NOT_FOUND", "there is no such alarm");
}

function conflict({ acknowledgedAt: at, acknowledgedBy: by }: AlarmRow): AppError {
  const when = new Date(at ?? 0).toISOString();
  return new AppError("CONFLICT", `this alarm was acknowledged by ${by} at ${when}`, { by, at: when });
}
