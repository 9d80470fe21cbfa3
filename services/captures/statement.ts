/** What one EPCIS event says, in Coldmark's words (design §6): codes with their roles, place, time, lot facts. */
import { sha256 } from "@noble/hashes/sha2.js";
import { chinaCodeOf } from "#domain/codes/china.ts";
import { canonicalEpc } from "#domain/codes/epc.ts";
import type { CaptureFault } from "#domain/epcis/capture-fault.ts";
import type { EpcisEvent } from "#domain/epcis/event.ts";
import { eventHash } from "#domain/epcis/hash.ts";
import { instantOf } from "#domain/epcis/time.ts";
import { cbvName } from "#domain/epcis/vocabulary.ts";
import { utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";

/** What a code is in an event. */
export type CodeRole = "object" | "parent" | "child";

/** What was stated of a pack itself when its code was given to it. */
interface PackFacts {
  readonly lot?: string;
  readonly expiry?: string;
  readonly gtin?: string;
}

/** One event as Coldmark reads it; EPCs are canonical, `at` is epoch ms. */
export interface Statement {
  /** Key of the event: its eventID; an error declaration repeats that of the event it corrects, so it is marked. */
  readonly key: string;
  readonly type: "object" | "aggregation" | "association";
  readonly action: string;
  readonly step: string | null;
  readonly disposition: string | null;
  readonly at: number;
  readonly placeEpc: string | null;
  readonly parentEpc: string | null;
  readonly codes: readonly { readonly epc: string; readonly role: CodeRole; readonly facts: PackFacts }[];
  /** Measuring points of the sensors put into `parentEpc`, or taken out of it. */
  readonly sensorPoints: readonly string[];
  readonly document: string | null;
  readonly corrects: "did_not_occur" | "incorrect_data" | null;
  readonly event: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly sha256: Uint8Array;
}

type Fields = Readonly<Record<string, unknown>>;
type Tell = (field: string, message: string) => void;

/** How an AssociationEvent names a sensor: by its measuring point, the opaque id that sealed windows use. */
const sensorUrn = /^urn:coldmark:sensor:([0-9a-f]{32})$/;
const futureMaxMs = 5 * 60_000;
const types = {
  ObjectEvent: "object",
  AggregationEvent: "aggregation",
  AssociationEvent: "association",
} as const;

/**
 * Reads one event that `parseCapture` let through. Nothing late is refused; an `eventTime` over 5 minutes ahead of `now` is.
 * @param path JSON pointer of the event in its document
 * @param context the document, whose prefixes the event hash needs where the event has no eventID
 */
export function readStatement(
  given: EpcisEvent,
  { path, context, now }: { path: string; context: unknown; now: number },
): { statement: Statement; faults: readonly CaptureFault[] } {
  const faults: CaptureFault[] = [];
  const tell: Tell = (field, message) => faults.push({ path: `${path}/${field}`, message });
  const fields: Fields = given;
  const at = timeOf(fields, now, tell);
  const event = { ...fields, eventID: text(fields.eventID) ?? eventHash(fields, context) };
  const canonical = canonicalize(event);
  const corrects = correctionOf(fields);
  const statement: Statement = {
    key: corrects === null ? event.eventID : `${event.eventID}#error-declaration`,
    type: types[fields.type as keyof typeof types],
    action: text(fields.action) ?? "",
    step: wordOf("BizStep", fields.bizStep),
    disposition: wordOf("Disp", fields.disposition),
    at,
    placeEpc: placeOf(fields),
    ...codesOf(fields, tell),
    document: documentOf(fields, tell),
    corrects,
    event,
    text: canonical,
    sha256: sha256(utf8(canonical)),
  };
  return { statement, faults };
}

function timeOf(fields: Fields, now: number, tell: Tell): number {
  const at = instantOf(text(fields.eventTime) ?? "");
  if (at === null) tell("eventTime", "must be a date and time with its offset");
  else if (at < 0) tell("eventTime", "lies before 1970");
  else if (at > now + futureMaxMs) tell("eventTime", "lies more than 5 minutes ahead: set the clock");
  return at ?? now;
}

function wordOf(vocabulary: "BizStep" | "Disp", given: unknown): string | null {
  const name = cbvName(vocabulary, text(given) ?? "");
  return /^\w{1,60}$/.test(name) ? name : null;
}

/** Where things are from now on, else where they were seen. */
function placeOf(fields: Fields): string | null {
  const id = idOf(fields.bizLocation) ?? idOf(fields.readPoint);
  return id === null ? null : canonicalEpc(id);
}

function codesOf(fields: Fields, tell: Tell): Pick<Statement, "parentEpc" | "codes" | "sensorPoints"> {
  const facts = factsOf(fields, tell);
  const objects = list(fields.epcList).map((epc, n) => codeAt(epc, `epcList/${n}`, tell));
  const given = list(fields.childEPCs);
  const points =
    fields.type === "AssociationEvent" ? given.flatMap((epc) => sensorUrn.exec(epc)?.[1] ?? []) : [];
  const isPoint = (epc: string) => points.length > 0 && sensorUrn.test(epc);
  const children = given.map((epc, n) => (isPoint(epc) ? null : codeAt(epc, `childEPCs/${n}`, tell)));
  const parent = text(fields.parentID);
  const parentEpc = parent === null ? null : codeAt(parent, "parentID", tell);
  if (fields.type !== "ObjectEvent" && given.length === 0 && list(fields.childQuantityList).length === 0) {
    tell("childEPCs", "name the children: emptying a parent as a whole is not supported yet");
  }
  const named = (epcs: readonly (string | null)[], role: CodeRole) =>
    [...new Set(epcs)].flatMap((epc) =>
      epc === null ? [] : [{ epc, role, facts: role === "object" ? factsFor(epc, facts) : {} }],
    );
  return {
    parentEpc,
    codes: [...named(objects, "object"), ...named([parentEpc], "parent"), ...named(children, "child")],
    sensorPoints: [...new Set(points)],
  };
}

function codeAt(given: string, field: string, tell: Tell): string | null {
  const epc = canonicalEpc(given);
  if (epc === null) tell(field, "is no code: use a GS1 Digital Link, an EPC URN or urn:x-cn:dtc:{20 digits}");
  else if (/\/01\/\d{14}(\/10\/.*)?$/.test(epc)) {
    tell(field, "names a product or a lot, not one thing: give its serial number, or use a quantity list");
    return null;
  }
  return epc;
}

/** A GS1 code holds its GTIN itself; only of a Chinese one it must be stated. */
function factsFor(epc: string, { gtin, ...facts }: PackFacts): PackFacts {
  return chinaCodeOf(epc) === null || gtin === undefined ? facts : { ...facts, gtin };
}

function factsOf(fields: Fields, tell: Tell): PackFacts {
  const ilmd = isRecord(fields.ilmd) ? fields.ilmd : {};
  const lot = text(ilmd["cbvmda:lotNumber"]);
  const expiry = text(ilmd["cbvmda:itemExpirationDate"])?.slice(0, 10) ?? null;
  const product = text(ilmd["coldmark:gtin"]) ?? text(ilmd["coldmark:product"]);
  const gtin = product === null ? null : (/\/01\/(\d{14})$/.exec(canonicalEpc(product) ?? "")?.[1] ?? null);
  if (lot !== null && (lot === "" || lot.length > 20))
    tell("ilmd.cbvmda:lotNumber", "must have 1 to 20 characters");
  if (expiry !== null && instantOf(`${expiry}T00:00:00Z`) === null) {
    tell("ilmd.cbvmda:itemExpirationDate", "must be a date, YYYY-MM-DD");
  }
  if (product !== null && gtin === null)
    tell("ilmd/coldmark:gtin", "must be a GTIN with a right check digit");
  return {
    ...(lot === null ? {} : { lot }),
    ...(expiry === null ? {} : { expiry }),
    ...(gtin === null ? {} : { gtin }),
  };
}

/** The SHA-256 of a logger's file that documents the cold of this step. */
function documentOf(fields: Fields, tell: Tell): string | null {
  const given = fields["coldmark:document"];
  if (given === undefined) return null;
  if (typeof given === "string" && /^[0-9a-f]{64}$/.test(given)) return given;
  tell("coldmark:document", "must be the SHA-256 of the file, 64 lower-case hex digits");
  return null;
}

function correctionOf(fields: Fields): Statement["corrects"] {
  if (!isRecord(fields.errorDeclaration)) return null;
  const reason = cbvName("ER", text(fields.errorDeclaration.reason) ?? "");
  return reason === "did_not_occur" ? "did_not_occur" : "incorrect_data";
}

function idOf(place: unknown): string | null {
  return isRecord(place) ? text(place.id) : text(place);
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
