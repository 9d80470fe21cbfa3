import type { ConsoleKey } from "../words.ts";

type Cure = "maker" | "register" | "revoked" | "signature" | "probe" | "clock" | "above" | "operator";

/** What a manager can do about each reason; most are the gateway's maker's to mend. */
const cures = {
  WRONG_TOPIC: "maker",
  RETAINED: "maker",
  TOO_LARGE: "maker",
  MALFORMED: "maker",
  BAD_SHAPE: "maker",
  TOO_MANY_READINGS: "maker",
  UNKNOWN_GATEWAY: "register",
  REVOKED_GATEWAY: "revoked",
  SIGNATURE_REQUIRED: "signature",
  UNKNOWN_KEY: "signature",
  BAD_SIGNATURE: "signature",
  SEQ_CONFLICT: "above",
  UNKNOWN_SENSOR: "register",
  BAD_VALUE: "maker",
  BAD_UNIT: "register",
  IMPLAUSIBLE: "probe",
  FUTURE_TIME: "clock",
  NO_CLOCK: "clock",
  CONFLICT: "above",
  TOO_MANY_BOOTS: "above",
  STORE_REFUSED: "operator",
  DAY_FULL: "above",
} as const satisfies Readonly<Record<string, Cure>>;

/** Why a message was set aside and what to do, as keys; for a reason newer than this page its maker is to be asked. */
export function deadWords(reason: string): { readonly title: ConsoleKey; readonly todo: ConsoleKey } {
  if (!isKnown(reason)) return { title: "dead.other", todo: "dead.do.maker" };
  return { title: `dead.${reason}`, todo: `dead.do.${cures[reason]}` };
}

function isKnown(reason: string): reason is keyof typeof cures {
  return Object.hasOwn(cures, reason);
}
