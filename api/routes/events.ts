import { createRoute, z } from "@hono/zod-openapi";
import { instantOf } from "#domain/epcis/time.ts";
import { type EventQuery, listEvents } from "#services/captures/list-events.ts";
import { epcisHeaders, optionsAnswer } from "../epcis-headers.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { problems, textOf, withKey } from "../shapes.ts";

const listLengthMax = 100;
const perPageByDefault = 30;
const perPageMax = 100;
const context = [
  "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
  { cbvmda: "urn:epcglobal:cbv:mda:", coldmark: "urn:coldmark:epcis:" },
];

const piped = z
  .string()
  .min(1)
  .max(4_096)
  .transform((text) => text.split("|"))
  .pipe(z.array(z.string().min(1)).max(listLengthMax))
  .openapi({ type: "string", description: "several values are separated by |" });
const moment = z
  .string()
  .transform((text) => instantOf(text.replace(" ", "+")))
  .pipe(z.number({ error: "must be a date and time with its offset" }))
  .openapi({ type: "string", format: "date-time" });
const query = z.strictObject({
  eventType: piped.optional(),
  EQ_bizStep: piped.optional(),
  MATCH_epc: piped.optional(),
  GE_eventTime: moment.optional(),
  LT_eventTime: moment.optional(),
  perPage: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "must be a whole number from 1")
    .transform((text) => Math.min(Number(text), perPageMax))
    .optional()
    .openapi({ type: "integer", minimum: 1, maximum: perPageMax }),
  nextPageToken: z.string().min(1).max(4_096).optional(),
});

const events = createRoute({
  method: "get",
  path: "/epcis/v2/events",
  tags: ["epcis"],
  summary: "Your own events, newest first; Link rel=next leads on",
  security: withKey,
  request: { query },
  responses: {
    200: textOf("application/ld+json", "an EPCISQueryDocument"),
    ...problems("UNAUTHENTICATED"),
  },
});

/** The simple event query of EPCIS 2.0 (§12.7.1) over the caller's own events. */
export function eventRoutes(app: Api, parts: ApiParts): void {
  app.openapi(events, async (c) => {
    const asked = c.req.valid("query");
    const page = await listEvents(contextOf(parts, c), queryOf(asked));
    const link: Record<string, string> =
      page.next === null ? {} : { Link: `<${nextAddress(c.req.url, page.next)}>; rel="next"` };
    const document = {
      "@context": context,
      type: "EPCISQueryDocument",
      schemaVersion: "2.0",
      creationDate: new Date(parts.clock()).toISOString(),
      epcisBody: {
        queryResults: { queryName: "SimpleEventQuery", resultsBody: { eventList: page.events } },
      },
    };
    const headers = { ...epcisHeaders, ...link, "Content-Type": "application/ld+json" };
    return c.body(JSON.stringify(document), 200, headers);
  });
  app.options("/epcis/v2/events", (c) => optionsAnswer(c, "GET, HEAD, OPTIONS"));
}

function queryOf(asked: z.output<typeof query>): EventQuery {
  return {
    eventTypes: asked.eventType,
    bizSteps: asked.EQ_bizStep,
    epcs: asked.MATCH_epc,
    from: asked.GE_eventTime,
    before: asked.LT_eventTime,
    page: asked.nextPageToken,
    perPage: asked.perPage ?? perPageByDefault,
  };
}

/** Relative, so that a forged Host or absolute address can't send anybody elsewhere. */
function nextAddress(url: string, token: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.set("nextPageToken", token);
  return `${pathname}?${searchParams}`;
}
