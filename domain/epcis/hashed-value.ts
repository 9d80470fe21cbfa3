import { canonicalEpc } from "#domain/codes/epc.ts";
import type { Namespaces } from "./namespaces.ts";
import { instantOf, utcText } from "./time.ts";
import { cbvUri, type Vocabulary } from "./vocabulary.ts";

const times = new Set(["eventTime", "time", "startTime", "endTime"]);

/** Which vocabulary the short names of a field come from, by the field and the one it stands in. */
const vocabularies: Readonly<Record<string, Vocabulary>> = {
  bizStep: "BizStep",
  disposition: "Disp",
  set: "Disp",
  unset: "Disp",
  component: "Comp",
  "bizTransactionList/type": "BTT",
  "sourceList/type": "SDT",
  "destinationList/type": "SDT",
};

/** Names of Digital Link keys and qualifiers that version 1.3 withdrew and old events still hold. */
const withdrawnNames: Readonly<Record<string, string>> = {
  gtin: "01",
  cpv: "22",
  lot: "10",
  ser: "21",
  sscc: "00",
  gln: "414",
  glnx: "254",
  party: "417",
  grai: "8003",
  giai: "8004",
  itip: "8006",
  cpid: "8010",
  cpsn: "8011",
  gmn: "8013",
  gsrnp: "8017",
  gsrn: "8018",
  gdti: "253",
  gcn: "255",
  ginc: "401",
  gsin: "402",
};

/**
 * One value of an event as it enters the CBV 2.0 pre-hash: instants in UTC, short names and CURIEs as web URIs, EPC
 * URNs and Digital Links in constrained form, numbers as decimals. `parent` is the field in which the value's field stands.
 */
export function hashedValue(value: unknown, name: string, parent: string, namespaces: Namespaces): string {
  if (typeof value === "number") return decimalText(value);
  const text = String(value).trim();
  if (times.has(name)) {
    const instant = instantOf(text);
    return instant === null ? text : utcText(instant);
  }
  const vocabulary = vocabularies[`${parent}/${name}`] ?? vocabularies[name];
  if (vocabulary !== undefined) return cbvUri(vocabulary, namespaces.expandValue(text));
  if (parent === "sensorReport" && (name === "type" || name === "exception")) {
    return /^\w+$/.test(text) ? namespaces.expandValue(`gs1:${text}`) : namespaces.expandValue(text);
  }
  return /^(urn:epc:|https?:)/i.test(text) ? identifierText(text) : text;
}

/** A JSON number without exponent. */
function decimalText(value: number): string {
  const [, sign = "", whole = "", fraction = "", exponent] =
    /^(-?)(\d)\.?(\d*)e([+-]\d+)$/.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = whole + fraction;
  const places = Number(exponent);
  return sign + (places < 0 ? `0.${"0".repeat(-places - 1)}${digits}` : digits.padEnd(places + 1, "0"));
}

function identifierText(text: string): string {
  const current = text.replace(/\/([a-z]+)(?=\/)/g, (whole, name: string) => {
    return Object.hasOwn(withdrawnNames, name) ? `/${withdrawnNames[name]}` : whole;
  });
  // The vectors leave the apostrophe unescaped.
  return canonicalEpc(current)?.replaceAll("%27", "'") ?? text;
}
