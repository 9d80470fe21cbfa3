import { createRoute, z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import type { Language } from "#dashboard/i18n/format.ts";
import { isRecalled } from "#dashboard/scan/headline.ts";
import { scanPage } from "#dashboard/scan/page.ts";
import { problemPage } from "#dashboard/scan/problem-page.ts";
import { unknownPage } from "#dashboard/scan/unknown-page.ts";
import { encodeSegment } from "#domain/codes/digital-link.ts";
import { parseCode } from "#domain/codes/parse.ts";
import { AppError, errorKind } from "#domain/errors.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { languageOf } from "../language.ts";
import { limitUnknown } from "../limit-unknown.ts";
import { linksetOf } from "../linkset.ts";
import type { NetLimit } from "../net-limit.ts";
import { readPackCode } from "../pack-code.ts";
import type { Api, ApiContext, ApiParts } from "../parts.ts";
import { asAppError } from "../problem.ts";
import { problems, textOf } from "../shapes.ts";
import { tellTimes } from "../tell-times.ts";

const supports = ["text/html", "application/json", "application/linkset+json"];
const linkset = "application/linkset+json";
const query = z.object({ lang: z.string().max(20).optional() });

/** One address with three forms; the JSON one is that of `/v1/provenance/{code}`. */
const responses = {
  200: {
    description: "the patient's page, the answers, or a linkset (RFC 9264), by Accept",
    content: {
      ...textOf("text/html", "").content,
      ...textOf(linkset, "").content,
      "application/json": { schema: { $ref: "#/components/schemas/Answer" } },
    },
  },
  ...problems("BAD_CODE", "NOT_FOUND", "TOO_MANY"),
};
const typed = createRoute({
  method: "get",
  path: "/check",
  tags: ["packs"],
  summary: "Leads from a code typed by hand to its page",
  request: { query: query.extend({ code: z.string().max(4_096).optional() }) },
  responses: { 303: { description: "to the pack's page" }, ...problems("BAD_CODE") },
});

/** The resolver: one address, a page for a person, JSON or links for a machine. */
export function scanRoutes(app: Api, parts: ApiParts, unknown: NetLimit): void {
  const link = (c: ApiContext) => {
    const [gtin, lot, serial] = ["gtin", "lot", "serial"].map((name) => c.req.param(name));
    const segments = [
      ["01", gtin],
      ["10", lot],
      ["21", serial],
    ].flatMap(([ai, value]) => (value === undefined ? [] : [`/${ai}/${encodeSegment(value)}`]));
    return resolve(c, parts, unknown, `https://id.gs1.org${segments.join("")}`);
  };
  resolver(app, "/01/{gtin}/21/{serial}", link);
  resolver(app, "/01/{gtin}/10/{lot}/21/{serial}", link);
  resolver(app, "/cn/dtc/{code}", (c) => resolve(c, parts, unknown, c.req.param("code") ?? ""));
  app.openapi(typed, (c) => {
    const path = pagePathOf(c.req.valid("query").code ?? "");
    const lang = languageFor(c);
    return path === null
      ? failed(c, parts, new AppError("BAD_CODE", "the typed text is no code of a pack"))
      : c.redirect(`${path}?lang=${lang}`, 303);
  });
}

/** A route of several forms can't be typed by one of them, so it is told to the document by itself. */
function resolver(app: Api, path: string, handler: (c: ApiContext) => Promise<Response>): void {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, z.string()]);
  app.openAPIRegistry.registerPath({
    method: "get",
    path,
    tags: ["packs"],
    summary: "What a phone opens when it scans a pack (GS1 Digital Link, China's traceability code)",
    request: { params: z.object(Object.fromEntries(names)), query },
    responses,
  });
  app.get(path.replaceAll(/\{(\w+)\}/g, ":$1"), handler);
}

/** The address of a code's page on this host, or null where it names no single pack. */
function pagePathOf(code: string): string | null {
  const { ai, dtc } = parseCode(code);
  if (dtc !== undefined) return `/cn/dtc/${dtc}`;
  if (ai["01"] === undefined || ai["21"] === undefined) return null;
  const lot = ai["10"] === undefined ? "" : `/10/${encodeSegment(ai["10"])}`;
  return `/01/${ai["01"]}${lot}/21/${encodeSegment(ai["21"])}`;
}

async function resolve(c: ApiContext, parts: ApiParts, unknown: NetLimit, code: string): Promise<Response> {
  const wanted = accepts(c, { header: "Accept", supports, default: "text/html" });
  c.header("Vary", "Accept, Accept-Language");
  try {
    const epc = readPackCode(c, code);
    if (wanted === linkset)
      return c.body(JSON.stringify(linksetOf({ epc, code }, c.req.path)), 200, { "Content-Type": linkset });
    await limitUnknown(c, parts, unknown, code);
    const answer = await parts.provenance.answerFor({ epc, code, view: "public" });
    return wanted === "application/json" ? c.json(tellTimes(answer) as object, 200) : page(c, parts, answer);
  } catch (error) {
    if (wanted !== "text/html") throw error;
    return failed(c, parts, error);
  }
}

function page(c: ApiContext, parts: ApiParts, answer: Answer): Response | Promise<Response> {
  const lang = languageFor(c);
  const demo = parts.config.environment === "demo";
  const urls = commonUrls(c, lang);
  if (answer.known.state === "UNKNOWN")
    return c.html(unknownPage({ code: answer.code, isRecalled: isRecalled(answer), lang, urls, demo }), 404);
  // By the code, not the EPC: the lot on the label belongs to the question.
  const json = `/v1/provenance/${encodeURIComponent(answer.code)}`;
  const self = `${c.req.path}?lang=${lang}`;
  const more = { self, json, bundle: `${json}/bundle`, trust: "/trust.json", rpc: "/chain/rpc" };
  return c.html(scanPage({ answer, lang, urls: { ...urls, ...more }, demo }));
}

/** Fails closed: a person reads that we can't check now, never something good about the medicine. */
function failed(c: ApiContext, parts: ApiParts, thrown: unknown): Response | Promise<Response> {
  const error = asAppError(thrown);
  const { status } = errorKind(error.code);
  const lang = languageFor(c);
  c.set("failure", thrown);
  const problem = status === 400 ? "unreadable" : "unavailable";
  const demo = parts.config.environment === "demo";
  const told = status === 500 ? 503 : status;
  if (told >= 429) c.header("Retry-After", "5");
  return c.html(problemPage({ problem, lang, urls: commonUrls(c, lang), demo }), told as 400 | 429 | 503);
}

function commonUrls(c: ApiContext, lang: Language) {
  const other = lang === "en" ? "zh-CN" : "en";
  const code = c.req.query("code");
  const kept = code === undefined ? "" : `&code=${encodeURIComponent(code)}`;
  return { otherLanguage: `${encodeURI(c.req.path)}?lang=${other}${kept}`, home: `/?lang=${lang}` };
}

/** Patients here read Chinese unless they say otherwise. */
function languageFor(c: ApiContext): Language {
  return languageOf({ lang: c.req.query("lang"), accept: c.req.header("accept-language") }, "zh-CN");
}
