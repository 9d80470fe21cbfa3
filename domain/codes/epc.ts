import { checkDigit } from "./check-digit.ts";
import { chinaEpc } from "./china.ts";
import { decodeSegment, encodeSegment } from "./digital-link.ts";
import { type ParsedCode, parseCode } from "./parse.ts";

/** The keys of CBV 2.0's constrained Digital Link form, most telling first: key and the one qualifier it keeps. */
const constrainedForms: readonly (readonly [key: string, qualifier?: string])[] = [
  ["01", "21"],
  ["01", "10"],
  ["01", "235"],
  ["01"],
  ["8006", "21"],
  ["8006", "10"],
  ["8006"],
  ["00"],
  ["414", "254"],
  ["414"],
  ["8003"],
  ["8004"],
  ["417"],
  ["253"],
  ["255"],
  ["401"],
  ["402"],
  ["8010", "8011"],
  ["8010"],
  ["8013"],
  ["8017"],
  ["8018"],
];

/**
 * The EPC by which the log and the event hash know a thing: `https://id.gs1.org/01/{gtin}/21/{serial}`, `/00/{sscc}`,
 * `/414/{gln}/254/{extension}` and so on (CBV 2.0 §8), or `urn:x-cn:dtc:{20 digits}`. Takes EPC URNs (TDS 1.13),
 * Digital Links of any host, anything `parseCode` reads, or its result; null for what is no EPC.
 */
export function canonicalEpc(code: string | ParsedCode): string | null {
  if (typeof code !== "string") return epcOf(code);
  return code.startsWith("urn:epc:") ? epcOfUrn(code) : epcOf(parseCode(code));
}

function epcOf({ ai, dtc, error }: ParsedCode): string | null {
  if (error) return null;
  return dtc === undefined ? constrainedDigitalLink(ai) : chinaEpc(dtc);
}

function constrainedDigitalLink(ai: Readonly<Record<string, string>>): string | null {
  const form = constrainedForms.find((names) =>
    names.every((name) => name !== undefined && ai[name] !== undefined),
  );
  return form
    ? `https://id.gs1.org${form.map((name = "") => `/${name}/${encodeSegment(ai[name] ?? "")}`).join("")}`
    : null;
}

/** Company prefix, reference and further parts of an EPC URN become the AIs of the same key. */
type Translate = (
  prefix: string,
  reference: string,
  rest: readonly string[],
) => Record<string, string> | null;

const translations: Readonly<Record<string, Translate>> = {
  "id:sgtin": (prefix, item, [serial]) => serialised("01", gtin(prefix, item), "21", serial),
  "class:lgtin": (prefix, item, [lot]) => serialised("01", gtin(prefix, item), "10", lot),
  "id:upui": (prefix, item, [tpx]) => serialised("01", gtin(prefix, item), "235", tpx),
  "id:itip": (prefix, item, [piece = "", total = "", serial]) =>
    serialised("8006", joined(gtin(prefix, item), piece, total), "21", serial),
  "id:sscc": (prefix, reference) => only("00", withExtension(prefix, reference, 17)),
  "id:sgln": (prefix, place, [extension]) =>
    extension === "0"
      ? only("414", checked(prefix + place, 12))
      : serialised("414", checked(prefix + place, 12), "254", extension),
  "id:pgln": (prefix, party) => only("417", checked(prefix + party, 12)),
  "id:grai": (prefix, type, [serial]) => appended("8003", joined("0", checked(prefix + type, 12)), serial),
  "id:gdti": (prefix, type, [serial]) => appended("253", checked(prefix + type, 12), serial),
  "id:sgcn": (prefix, coupon, [serial]) => appended("255", checked(prefix + coupon, 12), serial),
  "id:giai": (prefix, reference) => only("8004", prefix + decodeSegment(reference)),
  "id:ginc": (prefix, reference) => only("401", prefix + decodeSegment(reference)),
  "id:gsin": (prefix, reference) => only("402", checked(prefix + reference, 16)),
  "id:gsrn": (prefix, reference) => only("8018", checked(prefix + reference, 17)),
  "id:gsrnp": (prefix, reference) => only("8017", checked(prefix + reference, 17)),
  "id:cpi": (prefix, part, [serial]) => serialised("8010", prefix + decodeSegment(part), "8011", serial),
  "idpat:sgtin": (prefix, item, [star]) => (star === "*" ? only("01", gtin(prefix, item)) : null),
  "idpat:itip": (prefix, item, [piece = "", total = "", star]) =>
    star === "*" ? only("8006", joined(gtin(prefix, item), piece, total)) : null,
  "idpat:grai": (prefix, type, [star]) =>
    star === "*" ? only("8003", joined("0", checked(prefix + type, 12))) : null,
  "idpat:gdti": (prefix, type, [star]) => (star === "*" ? only("253", checked(prefix + type, 12)) : null),
  "idpat:sgcn": (prefix, coupon, [star]) => (star === "*" ? only("255", checked(prefix + coupon, 12)) : null),
  "idpat:cpi": (prefix, part, [star]) => (star === "*" ? only("8010", prefix + decodeSegment(part)) : null),
};

function epcOfUrn(urn: string): string | null {
  const [, scheme = "", body = ""] = /^urn:epc:((?:id|class|idpat):[a-z]+):(.+)$/.exec(urn) ?? [];
  const translate = Object.hasOwn(translations, scheme) ? translations[scheme] : undefined;
  const [prefix = "", reference = "", ...rest] = partsOf(scheme, body);
  if (translate === undefined || !/^\d{6,12}$/.test(prefix)) return null;
  const ai = translate(prefix, reference, rest);
  const link = ai && constrainedDigitalLink(ai);
  return link && parseCode(link).error === undefined ? link : null;
}

/** Splits at full stops; the last part of a key may itself hold some. */
function partsOf(scheme: string, body: string): string[] {
  const parts = body.split(".");
  const kept = /:(sscc|pgln|giai|ginc|gsin|gsrnp?)$/.test(scheme) ? 2 : scheme.endsWith(":itip") ? 5 : 3;
  return parts.length < kept ? [] : [...parts.slice(0, kept - 1), parts.slice(kept - 1).join(".")];
}

function withExtension(prefix: string, reference: string, length: number): string | null {
  return checked(reference.slice(0, 1) + prefix + reference.slice(1), length);
}

function gtin(prefix: string, item: string): string | null {
  return withExtension(prefix, item, 13);
}

function checked(digits: string, length: number): string | null {
  return digits.length === length && /^\d+$/.test(digits) ? digits + checkDigit(digits) : null;
}

function joined(...parts: readonly (string | null)[]): string | null {
  return parts.includes(null) ? null : parts.join("");
}

function only(key: string, value: string | null): Record<string, string> | null {
  return value === null ? null : { [key]: value };
}

function serialised(
  key: string,
  value: string | null,
  name: string,
  part = "",
): Record<string, string> | null {
  return value === null ? null : { [key]: value, [name]: decodeSegment(part) };
}

function appended(key: string, value: string | null, serial = ""): Record<string, string> | null {
  return value === null ? null : { [key]: value + decodeSegment(serial) };
}
