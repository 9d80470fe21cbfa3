/**
 * A registered source: what a gateway that doesn't speak our message says, and where each reading lies in it. Foreign
 * device names lead to sensors by registration only: a sensor's channel is `{device}/{value}`, or `{value}` without a device.
 */
import { z } from "zod";
import { pointerPattern } from "./json-pointer.ts";
import { patternFault } from "./topic-pattern.ts";

/** The units a temperature may come in. */
const units = ["C", "F", "K"] as const;
/** What a value of a foreign message may be, as a native reading names it. */
const quantities = ["t", "rh", "door", "power", "lat", "lon", "err"] as const;
const valuesMax = 32;
const wordsOfUnits = { C: "C", "°C": "C", "℃": "C", F: "F", "°F": "F", "℉": "F", K: "K" } as const;

const pointer = z
  .string()
  .regex(
    pointerPattern,
    "must be a JSON pointer (RFC 6901) of at most 200 characters, or empty for the whole",
  );
const inside = { pointer, in: z.enum(["reading", "message"]).default("reading") };
const place = z.strictObject(inside);
const topicLevel = z
  .string()
  .regex(/^[\w.:-]{1,64}$/, "must be one level: 1 to 64 letters, digits or . : _ -");
const prefix = z
  .string()
  .refine((text) => patternFault(text) === null && !text.includes("+"), "must be topic levels without +")
  .optional();
const word = z.union([z.string().max(64), z.number(), z.boolean()]);

const unit = z.enum(units);
const statedUnit = z.strictObject({
  ...inside,
  words: z
    .record(z.string().min(1).max(32), unit)
    .refine((words) => Object.keys(words).length <= 32, "must have at most 32 words")
    .default(wordsOfUnits),
});

const isSwitch = (as: (typeof quantities)[number]) => as === "door" || as === "power";

/** One value of a source: what it is called, what it measures, and where it lies. */
const value = z
  .strictObject({
    name: z.string().regex(/^[\w.:-]{1,64}$/, "must be 1 to 64 letters, digits or . : _ -"),
    as: z.enum(quantities),
    pointer,
    unit: z
      .union([unit, statedUnit], "must be C, F or K, or {pointer} to where a message says it")
      .optional(),
    words: z.strictObject({ true: word, false: word }).optional(),
  })
  .refine(({ as, unit: own }) => (as === "t") === (own !== undefined), {
    path: ["unit"],
    message: "must be given for a temperature (C, F or K), and for nothing else",
  })
  .refine(({ as, words }) => words === undefined || isSwitch(as), {
    path: ["words"],
    message: "are for door and power only: remove them",
  })
  .refine(({ words }) => words === undefined || words.true !== words.false, {
    path: ["words"],
    message: "must differ for true and false",
  });

const values = z
  .array(value)
  .min(1, "must name at least one value")
  .max(valuesMax)
  .refine((list) => new Set(list.map(({ name, as }) => `${name} ${as}`)).size === list.length, {
    message: "must not give one name the same quantity twice",
  });

const topic = z.string().superRefine((text, context) => {
  const fault = patternFault(text);
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

/** Any JSON over MQTT. */
const mapping = z
  .strictObject({
    kind: z.literal("mapping"),
    topic,
    device: z
      .union(
        [z.strictObject({ level: z.int().min(1).max(16) }), place],
        "must be {level}, counting from 1, or {pointer}",
      )
      .optional(),
    readings: pointer.default(""),
    values: values,
    time: z.union(
      [
        z.strictObject({ from: z.literal("receipt") }),
        z.strictObject({ ...inside, unit: z.enum(["ms", "s", "iso"]) }),
      ],
      'must be {pointer, unit: "ms", "s" or "iso"} or {from: "receipt"}',
    ),
  })
  .refine(
    ({ topic: pattern, device }) =>
      device === undefined || !("level" in device) || pattern.split("/")[device.level - 1] === "+",
    { path: ["device", "level"], message: "must be the number of a + level of the topic, counting from 1" },
  );

/** A ThingsBoard IoT gateway: its device telemetry (`v1/gateway/telemetry`). */
const thingsboard = z.strictObject({ kind: z.literal("thingsboard"), prefix, values: values });

/** The uplinks of one application of ChirpStack v4, decoded by a codec there, as JSON; pointers lead into `object`. */
const chirpstack = z.strictObject({
  kind: z.literal("chirpstack"),
  prefix,
  application: topicLevel,
  values: values,
});

/** A source as a network file registers it, and as it is kept. */
export const sourceShape = z.discriminatedUnion("kind", [mapping, thingsboard, chirpstack], {
  error: "must have the kind mapping, thingsboard or chirpstack",
});

/** A registered source. */
export type Source = z.infer<typeof sourceShape>;
/** Any JSON over MQTT, read by pointers. */
export type MappingSource = Extract<Source, { kind: "mapping" }>;
/** A ThingsBoard IoT gateway. */
export type ThingsboardSource = Extract<Source, { kind: "thingsboard" }>;
/** An application of ChirpStack v4. */
export type ChirpstackSource = Extract<Source, { kind: "chirpstack" }>;
/** A value of a message, read by a pointer. */
export type SourceValue = MappingSource["values"][number];
/** Where a message says something: in each reading, or once for all. */
export type Place = z.infer<typeof place>;

/** The topic patterns a source's messages come on. */
export function patternsOf(source: Source): string[] {
  if (source.kind === "mapping") return [source.topic];
  const before = source.prefix === undefined ? "" : `${source.prefix}/`;
  if (source.kind === "thingsboard") return [`${before}v1/gateway/telemetry`];
  return [`${before}application/${source.application}/device/+/event/up`];
}
