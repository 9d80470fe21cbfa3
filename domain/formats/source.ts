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
const sparkplugId = z
  .string()
  .max(100)
  .refine(
    (text) => patternFault(`spBv1.0/${text}`) === null && !/[/+]/.test(text),
    "must be one level of a topic",
  );
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

const named = {
  name: z.string().regex(/^[\w.:-]{1,64}$/, "must be 1 to 64 letters, digits or . : _ -"),
  as: z.enum(quantities),
  words: z.strictObject({ true: word, false: word }).optional(),
};

/** One value of a source: what it is called, what it measures, and where it lies. */
const value = z.strictObject({
  ...named,
  pointer,
  unit: z.union([unit, statedUnit], "must be C, F or K, or {pointer} to where a message says it").optional(),
});
const metric = z.strictObject({ ...named, metric: z.string().min(1).max(200), unit: unit.optional() });

const listOf = <Value extends typeof value | typeof metric>(shape: Value) =>
  z
    .array(shape)
    .min(1, "must name at least one value")
    .max(valuesMax)
    .superRefine((list, context) => {
      for (const [at, message] of faultsOf(list)) context.addIssue({ code: "custom", path: at, message });
    });

type AnyValue = z.infer<typeof value> | z.infer<typeof metric>;

function faultsOf(list: readonly AnyValue[]): [path: (string | number)[], message: string][] {
  const known = new Set<string>();
  return list.flatMap(({ name, as, unit: own, words }, at): [(string | number)[], string][] => {
    const faults: [(string | number)[], string][] = [];
    if ((as === "t") !== (own !== undefined)) {
      faults.push([[at, "unit"], "must be given for a temperature (C, F or K), and for nothing else"]);
    }
    if (words !== undefined && !isSwitch(as))
      faults.push([[at, "words"], "are for door and power only: remove them"]);
    if (words !== undefined && words.true === words.false) {
      faults.push([[at, "words"], "must differ for true and false"]);
    }
    if (known.has(`${name} ${as}`)) faults.push([[at, "name"], "has the same quantity twice"]);
    known.add(`${name} ${as}`);
    return faults;
  });
}

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
    values: listOf(value),
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
const thingsboard = z.strictObject({ kind: z.literal("thingsboard"), prefix, values: listOf(value) });

/** The uplinks of one application of ChirpStack v4, decoded by a codec there, as JSON; pointers lead into `object`. */
const chirpstack = z.strictObject({
  kind: z.literal("chirpstack"),
  prefix,
  application: topicLevel,
  values: listOf(value),
});

/** An edge node of Sparkplug B 3.0 with its devices. */
const sparkplug = z.strictObject({
  kind: z.literal("sparkplug"),
  group: sparkplugId,
  edge: sparkplugId,
  values: listOf(metric),
});

/** A source as a network file registers it, and as it is kept. */
export const sourceShape = z.discriminatedUnion("kind", [mapping, thingsboard, chirpstack, sparkplug], {
  error: "must have the kind mapping, thingsboard, chirpstack or sparkplug",
});

/** A registered source. */
export type Source = z.infer<typeof sourceShape>;
/** Any JSON over MQTT, read by pointers. */
export type MappingSource = Extract<Source, { kind: "mapping" }>;
/** A ThingsBoard IoT gateway. */
export type ThingsboardSource = Extract<Source, { kind: "thingsboard" }>;
/** An application of ChirpStack v4. */
export type ChirpstackSource = Extract<Source, { kind: "chirpstack" }>;
/** An edge node of Sparkplug B. */
export type SparkplugSource = Extract<Source, { kind: "sparkplug" }>;
/** A value of a message, read by a pointer. */
export type SourceValue = MappingSource["values"][number];
/** Where a message says something: in each reading, or once for all. */
export type Place = z.infer<typeof place>;

/** The topic patterns a source's messages come on. */
export function patternsOf(source: Source): string[] {
  if (source.kind === "mapping") return [source.topic];
  if (source.kind === "sparkplug") return sparkplugTopics(source);
  const before = source.prefix === undefined ? "" : `${source.prefix}/`;
  if (source.kind === "thingsboard") return [`${before}v1/gateway/telemetry`];
  return [`${before}application/${source.application}/device/+/event/up`];
}

/** Births, data and deaths of the node, and of each of its devices; not the commands we send (Sparkplug 3.0 §4). */
function sparkplugTopics({ group, edge }: SparkplugSource): string[] {
  const types = ["BIRTH", "DATA", "DEATH"];
  return [
    ...types.map((type) => `spBv1.0/${group}/N${type}/${edge}`),
    ...types.map((type) => `spBv1.0/${group}/D${type}/${edge}/+`),
  ];
}
