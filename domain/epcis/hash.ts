import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { hashedValue } from "./hashed-value.ts";
import { type Namespaces, namespacesOf } from "./namespaces.ts";

/** The order in which fields enter the pre-hash; a nested order is that of the field's own children. */
type Order = readonly (readonly [field: string, children?: Order])[];

const epcs: Order = [["epc"]];
const quantities: Order = [["quantityElement", [["epcClass"], ["quantity"], ["uom"]]]];
const plain = (names: string): Order => names.split(" ").map((name) => [name] as const);

const sensorMetadata = plain(
  "time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules",
);
const sensorReport = plain(
  "type exception deviceID deviceMetadata rawData dataProcessingMethod bizRules time microorganism chemicalSubstance value component stringValue booleanValue hexBinaryValue uriValue minValue maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem",
);

/** Fields in order; whatever is not named (business transactions, parties, ILMD, extensions) follows sorted. */
const eventOrder: Order = [
  ...plain("eventTime eventTimeZoneOffset certificationInfo parentID"),
  ["epcList", epcs],
  ["inputEPCList", epcs],
  ["childEPCs", epcs],
  ["quantityList", quantities],
  ["childQuantityList", quantities],
  ["inputQuantityList", quantities],
  ["outputEPCList", epcs],
  ["outputQuantityList", quantities],
  ...plain("action transformationID bizStep disposition"),
  ["persistentDisposition", plain("set unset")],
  ["readPoint", plain("id")],
  ["bizLocation", plain("id")],
  [
    "sensorElementList",
    [
      [
        "sensorElement",
        [
          ["sensorMetadata", sensorMetadata],
          ["sensorReport", sensorReport],
        ],
      ],
    ],
  ],
];

const leftoverOrders: Readonly<Record<string, Order>> = {
  bizTransactionList: plain("type bizTransaction"),
  sourceList: plain("type source"),
  destinationList: plain("type destination"),
};

/** What a list holds is written under this name, once an item. */
const itemNames: Readonly<Record<string, string>> = {
  epcList: "epc",
  inputEPCList: "epc",
  outputEPCList: "epc",
  childEPCs: "epc",
  quantityList: "quantityElement",
  childQuantityList: "quantityElement",
  inputQuantityList: "quantityElement",
  outputQuantityList: "quantityElement",
  sensorElementList: "sensorElement",
};

const excluded = new Set(["type", "@context", "recordTime", "eventID", "errorDeclaration", "rdfs:comment"]);
/**
 * The CBV 2.0 hash identifier of an event, `ni:///sha-256;…?ver=CBV2.0`, for partners; not what is anchored. `context`
 * is the `@context` of its document, or the document itself. Order as the published vectors have it. Text stays text:
 * unlike the reference implementation, "007" and "7" differ.
 */
export function eventHash(event: object, context?: unknown): string {
  return `ni:///sha-256;${bytesToHex(sha256(utf8ToBytes(eventPreHash(event, context))))}?ver=CBV2.0`;
}

/** The text that `eventHash` hashes. */
export function eventPreHash(event: object, context?: unknown): string {
  const fields = event as Readonly<Record<string, unknown>>;
  const namespaces = namespacesOf(context, fields["@context"]);
  const hashed = Object.entries(fields).filter(
    ([name]) => !excluded.has(name) && !namespaces.ignoredFields.has(name),
  );
  return `eventType=${String(fields.type)}${fieldsText(Object.fromEntries(hashed), eventOrder, "", namespaces)}`;
}

function fieldsText(
  fields: Readonly<Record<string, unknown>>,
  order: Order,
  parent: string,
  namespaces: Namespaces,
): string {
  const ordered = order.map(([name, children]) =>
    fieldText(name, fields[name], children, parent, namespaces),
  );
  const names = new Set(order.map(([name]) => name));
  const rest = Object.entries(fields)
    .filter(([name]) => !names.has(name) && !name.startsWith("@") && name !== "rdfs:comment")
    .map(([name, value]) => fieldText(name, value, leftoverOrders[name] ?? [], parent, namespaces));
  return ordered.join("") + sorted(rest).join("");
}

function fieldText(
  name: string,
  value: unknown,
  order: Order | undefined,
  parent: string,
  namespaces: Namespaces,
): string {
  const items = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const itemName = itemNames[name];
  if (itemName !== undefined) {
    const text = fieldText(itemName, items, order?.[0]?.[1], name, namespaces);
    return text && name + text;
  }
  const key = namespaces.expandKey(name);
  // A list of business transactions or parties is named once; any other list names each of its items.
  const perItem = name in leftoverOrders ? "" : key;
  const texts = items.map((item) => itemText(item, name, order ?? [], parent, namespaces));
  const filled = sorted(texts.filter((text) => text !== "").map((text) => perItem + text));
  return (perItem === "" && filled.length > 0 ? key : "") + filled.join("");
}

function itemText(item: unknown, name: string, order: Order, parent: string, namespaces: Namespaces): string {
  if (typeof item !== "object" || item === null) {
    const text = hashedValue(item, name, parent, namespaces);
    return text && `=${text}`;
  }
  return fieldsText(item as Readonly<Record<string, unknown>>, order, name, namespaces);
}

function sorted(texts: readonly string[]): string[] {
  return texts.toSorted(byCodePoint);
}

/** The order of code points, as the reference sorts; JavaScript's own puts U+FFEE after an emoji. */
function byCodePoint(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
