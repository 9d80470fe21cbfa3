import { createRoute, z } from "@hono/zod-openapi";
import { listDeadLetters, type ToldDeadLetter } from "#services/ingest-view/list-dead-letters.ts";
import { listFindings } from "#services/ingest-view/list-findings.ts";
import { deadLettersShape, findingsShape } from "../ingest-view-shapes.ts";
import { pageQuery } from "../page-query.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { jsonOf, problems, withKeyOrSession } from "../shapes.ts";

const limitByDefault = 30;
const limitMax = 100;
const query = z.strictObject({
  ...pageQuery(limitMax),
});

const deadLetters = createRoute({
  method: "get",
  path: "/v1/dead-letters",
  tags: ["operation"],
  summary:
    "What your gateways sent that could not be used, newest first, each with its cure (scope admin or register, or signed in)",
  security: withKeyOrSession,
  request: { query },
  responses: {
    200: jsonOf(deadLettersShape, "a page of dead letters"),
    ...problems("UNAUTHENTICATED"),
  },
});
const findings = createRoute({
  method: "get",
  path: "/v1/findings",
  tags: ["operation"],
  summary:
    "What does not add up in what your gateways sent, or in the log you run, newest first (scope admin or register, or signed in)",
  security: withKeyOrSession,
  request: { query },
  responses: {
    200: jsonOf(findingsShape, "a page of findings"),
    ...problems("UNAUTHENTICATED"),
  },
});

/** What ingestion set aside, for those whose gateways sent it. */
export function ingestViewRoutes(app: Api, parts: ApiParts): void {
  app.openapi(deadLetters, async (c) => {
    const { limit = limitByDefault, cursor } = c.req.valid("query");
    const page = await listDeadLetters(contextOf(parts, c), { limit, ...(cursor && { cursor }) });
    return c.json({ deadLetters: page.deadLetters.map(letterTimed), next: page.next }, 200);
  });
  app.openapi(findings, async (c) => {
    const { limit = limitByDefault, cursor } = c.req.valid("query");
    const page = await listFindings(contextOf(parts, c), { limit, ...(cursor && { cursor }) });
    return c.json({ findings: page.findings.map(timed), next: page.next }, 200);
  });
}

/** Only the row's own time: what stands inside `detail` is told as it was kept. */
function timed<Row extends { readonly at: number }>(row: Row): Omit<Row, "at"> & { at: string } {
  const { at, ...rest } = row;
  return { ...rest, at: new Date(at).toISOString() };
}

function letterTimed({ lastAt, ...rest }: ToldDeadLetter) {
  return { ...timed(rest), lastAt: new Date(lastAt).toISOString() };
}
