import { otherLotReason } from "#domain/log/prove-lot.ts";
import type { Answer, ColdExcursion } from "#domain/provenance/answer.ts";
import { outsideMs } from "./outside-ms.ts";

/** The one thing a patient should take away; its words stand in dashboard/i18n under `headline.<key>`. */
type HeadlineKey =
  | "recalled"
  | "expired"
  | "otherLot"
  | "broken"
  | "unknown"
  | "soldSeveral"
  | "hold"
  | "warm"
  | "cold"
  | "warmAndCold"
  | "notYetProved"
  | "stateUnknown"
  | "gap"
  | "calibration"
  | "packaged"
  | "notDemonstrable"
  | "sinceOnly"
  | "expiryUnknown"
  | "unproved"
  | "good"
  | "goodSold";

/** How the headline looks: only `good` is green, and each tone has its own icon and word. */
export type Tone = "good" | "caution" | "stop" | "open";

/** The verdict in one line; facts as `translate` takes them (durations in ms, °C, epoch ms). */
export interface Headline {
  readonly key: HeadlineKey;
  readonly tone: Tone;
  readonly facts: Readonly<Record<string, number | null>>;
}

const brokenResults = new Set([
  "TAMPERED",
  "FORK_DETECTED",
  "BAD_SIGNATURE",
  "BAD_PATH",
  "SUBJECT_MISMATCH",
  "MALFORMED",
]);
const provedResults = new Set(["VALID_FINAL", "VALID_PROVISIONAL"]);
const tones: Readonly<Record<HeadlineKey, Tone>> = {
  recalled: "stop",
  expired: "stop",
  otherLot: "stop",
  broken: "stop",
  unknown: "caution",
  soldSeveral: "caution",
  hold: "caution",
  warm: "caution",
  cold: "caution",
  warmAndCold: "caution",
  notYetProved: "open",
  stateUnknown: "open",
  gap: "open",
  calibration: "open",
  packaged: "open",
  notDemonstrable: "open",
  sinceOnly: "open",
  expiryUnknown: "open",
  unproved: "open",
  good: "good",
  goodSold: "good",
};

/** The worst of the four answers decides; green needs all four to be answered well (design §1, promise 3). */
export function headline(answer: Answer): Headline {
  const key =
    warning(answer) ?? openQuestion(answer) ?? (answer.state.state === "SOLD" ? "goodSold" : "good");
  return { key, tone: tones[key], facts: factsOf(answer) };
}

/** Whether a result of design §5 counts as proved. */
export function isProved(result: string): boolean {
  return provedResults.has(result);
}

/** Whether a result says that the proof contradicts itself, as against "cannot be proved now". */
export function isBroken(result: string): boolean {
  return brokenResults.has(result);
}

/** Whether the pack's lot is recalled, by whatever tells of it. */
export function isRecalled(answer: Answer): boolean {
  const { state, proof } = answer;
  return state.state === "RECALLED" || hasReason(answer, "LOT_RECALLED") || proof.result === "REVOKED";
}

function warning(answer: Answer): HeadlineKey | null {
  const { state, soldCount } = answer.state;
  if (isRecalled(answer)) return "recalled";
  if (state === "EXPIRED" || hasReason(answer, "PAST_EXPIRY")) return "expired";
  if (isOfOtherLot(answer)) return "otherLot";
  if (isBroken(answer.proof.result)) return "broken";
  if (answer.known.state === "UNKNOWN" && !isTooNew(answer)) return "unknown";
  if (state === "SOLD_SEVERAL_TIMES" || soldCount > 1) return "soldSeveral";
  if (state === "ON_HOLD") return "hold";
  return answer.cold.state === "EXCURSION" ? directionOf(answer) : null;
}

function openQuestion(answer: Answer): HeadlineKey | null {
  if (isTooNew(answer)) return "notYetProved";
  if (answer.state.state !== "IN_TRADE" && answer.state.state !== "SOLD") return "stateUnknown";
  if (answer.cold.state !== "COMPLIANT" || answer.cold.proved === null) return whyNotShown(answer);
  if (!isProved(answer.proof.result)) return "unproved";
  if (answer.known.reasons.some(({ code }) => code === "SEEN_IN_STOCK")) return "sinceOnly";
  return hasReason(answer, "EXPIRY_NOT_STATED") ? "expiryUnknown" : null;
}

/** The label names another lot than the log: misread, or copied onto another box. */
function isOfOtherLot({ proof }: Answer): boolean {
  return proof.result === "SUBJECT_MISMATCH" && proof.reasons.includes(otherLotReason);
}

const causes = [
  { key: "gap", codes: ["GAP"] },
  { key: "calibration", codes: ["CALIBRATION_EXPIRED", "CALIBRATION_MISSING"] },
  { key: "packaged", codes: ["PACKAGED_IN_TIME"] },
] as const;

/** The one cause that keeps cold from being shown, where there is just one that a patient can be told plainly. */
function whyNotShown({ cold }: Answer): HeadlineKey {
  const open = cold.legs.filter((leg) => leg.state !== "COMPLIANT");
  const codes = open.flatMap((leg) => leg.reasons.map(({ code }) => code));
  const only = causes.find((cause) =>
    codes.every((code) => (cause.codes as readonly string[]).includes(code)),
  );
  return codes.length === 0 ? "notDemonstrable" : (only?.key ?? "notDemonstrable");
}

/** Recorded but not anchored: silence of the log about such a pack means nothing yet. */
function isTooNew(answer: Answer): boolean {
  const codes = new Set(answer.known.reasons.map((reason) => reason.code));
  return (
    !codes.has("NEVER_SEEN") && (codes.has("NOT_SEALED_YET") || answer.proof.result === "NOT_ANCHORED_YET")
  );
}

function hasReason(answer: Answer, code: Answer["state"]["reasons"][number]["code"]): boolean {
  return answer.state.reasons.some((reason) => reason.code === code);
}

function directionOf(answer: Answer): HeadlineKey {
  const directions = new Set(excursionsOf(answer).map((excursion) => excursion.direction));
  if (directions.size > 1) return "warmAndCold";
  return directions.has("low") || onlyTooCold(answer) ? "cold" : "warm";
}

function onlyTooCold(answer: Answer): boolean {
  const codes = new Set(answer.cold.reasons.map((reason) => reason.code));
  return codes.has("TOO_COLD") && !codes.has("TOO_WARM");
}

function excursionsOf(answer: Answer): ColdExcursion[] {
  return answer.cold.legs.flatMap((leg) => leg.excursions);
}

function factsOf(answer: Answer): Headline["facts"] {
  const { cold } = answer;
  const excursions = excursionsOf(answer);
  const extremes = excursions.map((excursion) => excursion.extremeC);
  const low = excursions.some((excursion) => excursion.direction === "low");
  return {
    since: cold.proved?.since ?? null,
    gapMs: cold.legs.flatMap((leg) => leg.gaps).reduce((sum, { from, to }) => sum + to - from, 0) || null,
    durationMs:
      excursions.length === 0 ? null : cold.legs.reduce((sum, leg) => sum + outsideMs(leg.excursions), 0),
    extremeC: extremes.length === 0 ? null : low ? Math.min(...extremes) : Math.max(...extremes),
  };
}
