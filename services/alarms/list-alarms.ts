import { listAlarms as listStored } from "#store/alarms.ts";
import { reachOf } from "../console/reach.ts";
import type { Context } from "../context.ts";
import { readCursor, writeCursor } from "../ingest-view/cursor.ts";
import { type ToldAlarm, tellAlarm } from "./tell-alarm.ts";

/** A page, and the token of the next one, if there is one. */
interface AlarmPage {
  readonly alarms: readonly ToldAlarm[];
  readonly next: string | null;
}

/**
 * The alarms within somebody's reach: those known to last that nobody acknowledged, then those open otherwise, then closed
 * ones; each newest first.
 * @throws AppError UNAUTHENTICATED (no scope `console:read`), BAD_REQUEST (a cursor that no page gave)
 */
export async function listAlarms(
  ctx: Pick<Context, "store" | "actor">,
  { state, limit, cursor }: { state: "open" | "all"; limit: number; cursor?: string },
): Promise<AlarmPage> {
  const who = reachOf(ctx.actor);
  const [rank, sinceTs, id] = cursor === undefined ? [] : readCursor(cursor, 3);
  const isGiven = rank !== undefined && sinceTs !== undefined && id !== undefined;
  const after = isGiven ? { after: { rank, sinceTs, id } } : {};
  const rows = await ctx.store.as(who, (tx) =>
    listStored(tx, who.tenant, { state, limit: limit + 1, ...after }),
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    alarms: shown.map(tellAlarm),
    next: last === undefined ? null : writeCursor([last.rank, last.sinceTs, last.id]),
  };
}
