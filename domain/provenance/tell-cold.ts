/** The answer to "was it kept cold?", joined from the legs; only MEASURED legs can be COMPLIANT (design §6). */
import { mktFromTerms } from "#domain/coldchain/mkt.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import type { ColdAnswer, Leg, Reason } from "./answer.ts";
import { type ProductBody, productOf } from "./bodies.ts";
import type { Stay } from "./custody.ts";
import { countsFrom } from "./policy.ts";
import { type JudgedLeg, tellLeg } from "./tell-legs.ts";
import { isHiding, type ProofTimes, proofTimesOf, timely } from "./timely-events.ts";

const defaultProfile = { name: "CN-GSP", version: 1 };

/** Judges all stays against the maker's limits; `product` is the stream of the maker's product entries. */
export function tellCold(
  contents: ProvedContents,
  stays: readonly Stay[],
  product: string | null,
  asOf: number,
): ColdAnswer {
  const statements = productsOf(contents, product, proofTimesOf(contents, asOf));
  const judged = stays.map((stay) => tellLeg(contents, stay, limitsAt(statements, stay.from), asOf));
  const legs = judged.map(({ leg }) => leg);
  const limits = statements.at(-1) ?? null;
  const backdated = limits !== null && stays.length > 0 && inForce(statements, stays[0]?.from ?? 0) === null;
  const reasons = coldReasons(legs, backdated);
  const state = legs.some((leg) => leg.state === "EXCURSION")
    ? "EXCURSION"
    : legs.length === 0 || backdated || legs.some((leg) => leg.state !== "COMPLIANT")
      ? "NOT_DEMONSTRABLE"
      : "COMPLIANT";
  return {
    state,
    reasons: state === "COMPLIANT" ? [{ code: "WITHIN_LIMITS" }] : reasons,
    limits: limits && {
      lowerC: limits.lowerMilliC / 1000,
      upperC: limits.upperMilliC / 1000,
      maker: limits.maker,
      stated: limits.accepted,
    },
    profile: judged.find(({ profile }) => profile !== null)?.profile ?? defaultProfile,
    proved: provedSpan(legs, backdated),
    ...meanKinetic(judged, legs),
    legs,
  };
}

/** The product statements of the maker in the order in which they began to count; none where one of them is not shown. */
export function productsOf(
  contents: ProvedContents,
  stream: string | null,
  times: ProofTimes,
): ProductBody[] {
  const shown = stream === null ? undefined : contents.streams.get(stream);
  if (shown === undefined || isHiding(shown)) return [];
  return shown.entries
    .flatMap((entry) => {
      const body = productOf(entry);
      return body === null ? [] : [timely(entry, body, times)];
    })
    .sort((a, b) => since(a) - since(b));
}

function since({ effectiveFrom, accepted, offline }: ProductBody): number {
  return countsFrom({ at: effectiveFrom, accepted, offline });
}

function inForce(statements: readonly ProductBody[], at: number): ProductBody | null {
  return statements.findLast((statement) => since(statement) <= at) ?? null;
}

/** Before the first statement counts, its limits are still used to find what was too warm. */
function limitsAt(statements: readonly ProductBody[], at: number): ProductBody | null {
  return inForce(statements, at) ?? statements[0] ?? null;
}

function coldReasons(legs: readonly Leg[], backdated: boolean): Reason[] {
  const all = legs.filter((leg) => leg.state !== "COMPLIANT").flatMap((leg) => leg.reasons);
  const first = [
    ...new Map(all.map((reason) => [reason.code + JSON.stringify(reason.facts ?? {}), reason])).values(),
  ];
  if (legs.length === 0) first.push({ code: "NOTHING_MEASURED" });
  return backdated ? [...first, { code: "LIMITS_BACKDATED" }] : first;
}

/** The last unbroken run of compliant legs, up to the newest moment that is proved. */
function provedSpan(legs: readonly Leg[], backdated: boolean): ColdAnswer["proved"] {
  const last = legs.at(-1);
  if (backdated || last === undefined || last.state !== "COMPLIANT") return null;
  const broken = legs.findLastIndex((leg) => leg.state !== "COMPLIANT");
  return { since: legs[broken + 1]?.from ?? last.from, until: last.to };
}

/** One MKT over all measured legs; null with its reason where data are incomplete or it was too cold (coldchain §2). */
function meanKinetic(
  judged: readonly JudgedLeg[],
  legs: readonly Leg[],
): Pick<ColdAnswer, "mktC" | "mktReason"> {
  const low = legs.some((leg) => leg.excursions.some((event) => event.direction === "low"));
  if (low) return { mktC: null, mktReason: { code: "TOO_COLD" } };
  const incomplete = judged.find(({ leg, mkt }) => mkt === null || leg.gaps.length > 0);
  if (incomplete !== undefined || judged.length === 0) return { mktC: null, mktReason: { code: "GAP" } };
  const terms = judged.reduce((sum, { mkt }) => sum + (mkt?.terms ?? 0), 0);
  const weightMs = judged.reduce((sum, { mkt }) => sum + (mkt?.weightMs ?? 0), 0);
  if (!(terms > 0 && weightMs > 0)) return { mktC: null, mktReason: { code: "NO_READINGS" } };
  return { mktC: Math.floor(mktFromTerms(terms, weightMs) * 10 + 0.5) / 10, mktReason: null };
}
