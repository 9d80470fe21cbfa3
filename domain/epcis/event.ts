import { z } from "zod";
import { instantOf } from "./time.ts";
import { isVocabularyWord, type Vocabulary } from "./vocabulary.ts";

/** What may stand as an identifier or an extension's name: scheme or prefix, colon, no white space. */
const uriShape = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;

/** Two of them and a tenant must fit a row of a PostgreSQL index, which holds 2,704 bytes. */
const uriBytesMax = 1_024;
const utf8 = new TextEncoder();

const uri = z
  .string({ error: "must be a URI" })
  .refine(
    (text) => text.length <= uriBytesMax && utf8.encode(text).length <= uriBytesMax,
    "may have 1,024 bytes of UTF-8",
  )
  .regex(uriShape, "must be a URI such as https://id.gs1.org/01/… or urn:epc:id:…");
const time = z
  .string({ error: "must be a date and time" })
  .refine(
    (text) => instantOf(text) !== null,
    "must be a date and time with an offset, such as 2026-03-01T08:30:00.000+08:00",
  );
const amount = z.number({ error: "must be a number" });

const word = (vocabulary: Vocabulary) =>
  z
    .string({ error: "must be a word of CBV 2.0 or a URI" })
    .refine(
      (text) => isVocabularyWord(vocabulary, text),
      "must be a short name of CBV 2.0, such as it is written there, or your own URI",
    );

/** An object whose other fields must be extensions: named by a CURIE or a URI. Every unknown name is reported at once. */
function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape).refine((value) => foreignNames(value, shape).length === 0, {
    when: () => true,
    error: (issue) =>
      `does not know ${foreignNames(issue.input, shape).join(", ")}: correct the name, or write an extension as prefix:name`,
  });
}

function foreignNames(value: unknown, shape: object): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.keys(value).filter((name) => !Object.hasOwn(shape, name) && !uriShape.test(name));
}

const quantityElement = z.strictObject({
  epcClass: uri,
  quantity: amount.optional(),
  uom: z
    .string()
    .regex(/^[A-Z0-9]{2,3}$/, "must be a UN/ECE code of 2 or 3 characters")
    .optional(),
});

const place = fields({ id: uri });

const sensorMetadata = fields({
  time: time.optional(),
  startTime: time.optional(),
  endTime: time.optional(),
  deviceID: uri.optional(),
  deviceMetadata: uri.optional(),
  rawData: uri.optional(),
  dataProcessingMethod: uri.optional(),
  bizRules: uri.optional(),
});

const sensorReport = fields({
  type: z
    .string({ error: "must be a measurement type" })
    .regex(/^(\w+|[A-Za-z][A-Za-z0-9+.-]*:\S+)$/, "must be a measurement type or a URI"),
  exception: z
    .string()
    .regex(
      /^(ALARM_CONDITION|ERROR_CONDITION|[A-Za-z][A-Za-z0-9+.-]*:\S+)$/,
      "must be ALARM_CONDITION, ERROR_CONDITION or a URI",
    )
    .optional(),
  deviceID: uri.optional(),
  deviceMetadata: uri.optional(),
  rawData: uri.optional(),
  dataProcessingMethod: uri.optional(),
  bizRules: uri.optional(),
  time: time.optional(),
  microorganism: uri.optional(),
  chemicalSubstance: uri.optional(),
  coordinateReferenceSystem: uri.optional(),
  value: amount.optional(),
  component: word("Comp").optional(),
  stringValue: z.string().optional(),
  booleanValue: z.boolean().optional(),
  hexBinaryValue: z
    .string()
    .regex(/^[A-Fa-f0-9]+$/, "must be hexadecimal")
    .optional(),
  uriValue: uri.optional(),
  minValue: amount.optional(),
  maxValue: amount.optional(),
  meanValue: amount.optional(),
  sDev: amount.optional(),
  percRank: amount.optional(),
  percValue: amount.optional(),
  uom: z.string().optional(),
});

const sensorElement = fields({
  sensorMetadata: sensorMetadata.optional(),
  sensorReport: z.array(sensorReport).min(1, "must hold at least one report"),
});

const commonFields = {
  "@context": z.unknown().optional(),
  eventTime: time,
  recordTime: time.optional(),
  eventTimeZoneOffset: z
    .string({ error: "must be an offset such as +08:00" })
    .regex(/^[+-]((0\d|1[0-3]):[0-5]\d|14:00)$/, "must be an offset such as +08:00"),
  eventID: uri.optional(),
  certificationInfo: z.union([uri, z.array(uri)]).optional(),
  errorDeclaration: fields({
    declarationTime: time,
    reason: word("ER").optional(),
    correctiveEventIDs: z.array(uri).optional(),
  }).optional(),
  action: z.enum(["OBSERVE", "ADD", "DELETE"], { error: "must be OBSERVE, ADD or DELETE" }),
  bizStep: word("BizStep").optional(),
  disposition: word("Disp").optional(),
  readPoint: place.optional(),
  bizLocation: place.optional(),
  bizTransactionList: z
    .array(z.strictObject({ type: word("BTT").optional(), bizTransaction: uri }))
    .optional(),
  sourceList: z.array(z.strictObject({ type: word("SDT"), source: uri })).optional(),
  destinationList: z.array(z.strictObject({ type: word("SDT"), destination: uri })).optional(),
  sensorElementList: z.array(sensorElement).optional(),
};

const calendarDay = z
  .string()
  .refine(
    (text) => instantOf(`${text.slice(0, 10)}T00:00:00Z`) !== null,
    "must be a date such as 2027-12-31",
  );

const objectEvent = fields({
  type: z.literal("ObjectEvent"),
  ...commonFields,
  epcList: z.array(uri).optional(),
  quantityList: z.array(quantityElement).optional(),
  persistentDisposition: z
    .strictObject({
      set: z.array(word("Disp")).min(1).optional(),
      unset: z.array(word("Disp")).min(1).optional(),
    })
    .refine(({ set, unset }) => set !== undefined || unset !== undefined, "must set or unset something")
    .optional(),
  ilmd: fields({
    "cbvmda:lotNumber": z.string().min(1).max(20, "may have 20 characters").optional(),
    "cbvmda:itemExpirationDate": calendarDay.optional(),
  }).optional(),
});

const childFields = {
  childEPCs: z.array(uri).optional(),
  childQuantityList: z.array(quantityElement).optional(),
};

const aggregationEvent = fields({
  type: z.literal("AggregationEvent"),
  ...commonFields,
  parentID: uri.optional(),
  ...childFields,
});

const associationEvent = fields({
  type: z.literal("AssociationEvent"),
  ...commonFields,
  parentID: uri,
  ...childFields,
});

/** A kind of EPCIS 2.0 event that Coldmark takes, by its `type`. */
export const eventSchemas = {
  ObjectEvent: objectEvent,
  AggregationEvent: aggregationEvent,
  AssociationEvent: associationEvent,
} as const;

/** Something happened to packs, lots or logistic units, or was measured at a place (EPCIS 2.0 §7.4.2). */
export type ObjectEvent = z.infer<typeof objectEvent>;

/** Packs went into or out of a case, pallet or vehicle (EPCIS 2.0 §7.4.3). */
export type AggregationEvent = z.infer<typeof aggregationEvent>;

/** A sensor, box or vehicle was tied to or taken from equipment (EPCIS 2.0 §7.4.6). */
export type AssociationEvent = z.infer<typeof associationEvent>;

/** An event as captured, in the JSON-LD field names of EPCIS 2.0. */
export type EpcisEvent = ObjectEvent | AggregationEvent | AssociationEvent;
