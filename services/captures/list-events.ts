import { canonicalEpc } from "#domain/codes/epc.ts";
import { cbvName, cbvUri } from "#domain/epcis/vocabulary.ts";
import { AppError } from "#domain/errors.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { type EventFilter, listEvents as listStored } from "#store/epcis-events.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/** A simple event query of EPCIS 2.0 §8.2.7, times in epoch ms; `page` is the token that the page before gave. */
export interface EventQuery {
  readonly eventTypes?: readonly string[];
  readonly bizSteps?: readonly string[];
  readonly epcs?: readonly string[];
  readonly from?: number;
  readonly before?: number;
  readonly page?: string;
  readonly perPage: number;
}

/** A page of events as they were captured, newest first, and the token of the next page, if there is one. */
export interface EventPage {
  readonly events: readonly unknown[];
  readonly next: string | null;
}

const tokenLimits = { maxBytes: 4_096, maxDepth: 2 };

/**
 * The actor's own events that a query takes.
 * @throws AppError UNAUTHENTICATED (no scope `capture`), BAD_REQUEST (a token that isn't ours)
 */
export async function listEvents(ctx: Context, query: EventQuery): Promise<EventPage> {
  const tenant = requireScope(ctx.actor, "capture");
  const { page, perPage, bizSteps, epcs, ...rest } = query;
  const filter: EventFilter = {
    ...rest,
    limit: perPage + 1,
    ...(bizSteps === undefined ? {} : { bizSteps: bizSteps.flatMap(spellings) }),
    ...(epcs === undefined ? {} : { epcs: epcs.map((epc) => canonicalEpc(epc) ?? epc) }),
    ...(page === undefined ? {} : { after: readToken(page) }),
  };
  const rows = await ctx.store.as({ role: "app", tenant }, (tx) => listStored(tx, tenant, filter));
  const shown = rows.slice(0, perPage);
  const last = rows.length > perPage ? shown.at(-1) : undefined;
  return {
    events: shown.map(({ document }) => JSON.parse(document) as unknown),
    next: last === undefined ? null : writeToken(last),
  };
}

/** A CBV word may have been captured by its short name, its CURIE or its URI. */
function spellings(step: string): string[] {
  const name = cbvName("BizStep", step);
  const uri = cbvUri("BizStep", step);
  return [...new Set([step, name, uri, `cbv:BizStep-${name}`])];
}

function writeToken({ eventTime, eventId }: { eventTime: number; eventId: string }): string {
  return Buffer.from(JSON.stringify([eventTime, eventId])).toString("base64url");
}

/** A token only says where to go on among the caller's own events, so that a forged one shows nothing new. */
function readToken(token: string): { eventTime: number; eventId: string } {
  try {
    const value = parseStrictJson(Buffer.from(token, "base64url").toString(), tokenLimits);
    const [eventTime, eventId] = Array.isArray(value) ? (value as unknown[]) : [];
    if (Number.isSafeInteger(eventTime) && typeof eventId === "string" && !eventId.includes("\0")) {
      return { eventTime: eventTime as number, eventId };
    }
  } catch {
    // told below, as any other text that is no token
  }
  throw new AppError("BAD_REQUEST", "nextPageToken is not one that a page gave");
}
