/** The legs of a pack's way: each stay with its evidence and what is proved about the cold there. */
import type { ProvedContents } from "#domain/log/verify.ts";
import type { Evidence, Leg, Reason } from "./answer.ts";
import type { Place, Stay } from "./custody.ts";
import { type Measurement, measureStay } from "./measure-stay.ts";
import type { Limits } from "./measured-stay.ts";

/** A leg with the sums its mean kinetic temperature needs. */
export interface JudgedLeg {
  readonly leg: Leg;
  readonly mkt: Measurement["mkt"];
  readonly profile: Measurement["profile"];
}

/** Judges one stay against the label's limits; without limits nothing can be demonstrated. */
export function tellLeg(
  contents: ProvedContents,
  stay: Stay,
  limits: Limits | null,
  asOf: number,
): JudgedLeg {
  const measured = measuredAt(contents, stay.place, stay, limits, asOf);
  const elsewhere = stay.elsewhere.map((place) => measuredAt(contents, place, stay, limits, asOf));
  const worse = elsewhere.flatMap((other) => other?.excursions ?? []);
  const evidence = evidenceOf(stay, measured);
  const reasons = [
    ...doubts(stay, limits),
    ...evidenceReasons(stay, evidence, measured),
    ...(evidence === "MEASURED" ? (measured?.reasons ?? []) : []),
  ];
  const excursions = [...(measured?.excursions ?? []), ...worse];
  const state = excursions.length > 0 ? "EXCURSION" : reasons.length > 0 ? "NOT_DEMONSTRABLE" : "COMPLIANT";
  const leg: Leg = {
    from: stay.from,
    to: stay.to,
    place: { kind: placeKind(stay.place, measured), by: stay.place.by },
    evidence,
    state,
    minC: measured?.minC ?? null,
    maxC: measured?.maxC ?? null,
    excursions,
    gaps: measured?.gaps ?? [],
    reasons: state === "COMPLIANT" ? [{ code: "WITHIN_LIMITS" }] : reasons,
  };
  return { leg, mkt: measured?.mkt ?? null, profile: measured?.profile ?? null };
}

function measuredAt(
  contents: ProvedContents,
  place: Place,
  { from, to }: Stay,
  limits: Limits | null,
  asOf: number,
): Measurement | null {
  const stream =
    place.kind === "equipment" && place.stream !== null ? contents.streams.get(place.stream) : undefined;
  if (stream === undefined || limits === null) return null;
  return measureStay({ contents, stream, from, to, limits, asOf });
}

/** MEASURED where a sealed equipment held it; a validated box without sensors; a logger's file; else not known. */
function evidenceOf(stay: Stay, measured: Measurement | null): Evidence {
  if (measured?.kind === "box" && measured.validatedMs !== null && measured.minC === null) return "PACKAGED";
  if (measured !== null) return "MEASURED";
  return stay.document === null ? "NOT_KNOWN" : "DOCUMENTED";
}

function evidenceReasons(stay: Stay, evidence: Evidence, measured: Measurement | null): Reason[] {
  if (evidence === "NOT_KNOWN")
    return [{ code: stay.place.kind === "unknown" ? "PLACE_UNKNOWN" : "NOTHING_MEASURED" }];
  if (evidence === "DOCUMENTED") return [{ code: "NOTHING_MEASURED" }];
  if (evidence === "MEASURED") return [];
  const lastedMs = stay.to - stay.from;
  const allowedMs = measured?.validatedMs ?? 0;
  const code = lastedMs > allowedMs ? "PACKAGING_TOO_LONG" : "PACKAGED_IN_TIME";
  return [{ code, facts: { lastedMs, allowedMs } }];
}

function doubts(stay: Stay, limits: Limits | null): Reason[] {
  const reasons: Reason[] = stay.doubt === null ? [] : [{ code: stay.doubt, facts: { from: stay.from } }];
  return limits === null ? [...reasons, { code: "LIMITS_UNKNOWN" }] : reasons;
}

function placeKind(place: Place, measured: Measurement | null): Leg["place"]["kind"] {
  if (measured?.kind) return measured.kind;
  return place.kind === "site" ? "site" : "unknown";
}
