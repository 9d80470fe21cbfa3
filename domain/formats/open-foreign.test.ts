import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeReading } from "./decode-reading.ts";
import { FormatFault } from "./format-fault.ts";
import { openForeign } from "./open-foreign.ts";
import { type Source, type SparkplugSource, sourceShape } from "./source.ts";

const receivedAt = 1_767_225_700_000;
const at = 1_767_225_600_000;
const source = (it: object) => sourceShape.parse(it) as Exclude<Source, SparkplugSource>;
/** What becomes of each reading of a message, in few words. */
function endsOf(
  own: Exclude<Source, SparkplugSource>,
  topic: string,
  content: unknown,
  most = 100,
): string[] {
  try {
    return openForeign(own, { topic, content }, most).map((reading) => {
      const result = decodeReading(reading, { receivedAt, sent: 0, lane: "data" });
      if ("refused" in result) return result.refused.reason;
      const { channel, ts, tMilliC, rhPermille, door, err } = result.taken;
      const values = [tMilliC, rhPermille, door, err].filter((value) => value !== null);
      return `${channel} ${ts - at} ${values.join(" ")}`;
    });
  } catch (error) {
    if (error instanceof FormatFault) return [`whole: ${error.reason}`];
    throw error;
  }
}

const plant = source({
  kind: "mapping",
  topic: "plant/+/climate",
  device: { level: 2 },
  readings: "/data",
  values: [
    { name: "air", as: "t", pointer: "/temp", unit: { pointer: "/unit", in: "message" } },
    { name: "air", as: "rh", pointer: "/hum" },
    { name: "lid", as: "door", pointer: "/lid", words: { true: "open", false: "closed" } },
  ],
  time: { pointer: "/at", unit: "iso" },
});
const iso = "2026-01-01T08:00:00+08:00";
const ends = (entry: object, rest: object = { unit: "C" }) =>
  endsOf(plant, "plant/room-1/climate", { ...rest, data: [{ at: iso, ...entry }] });

describe("a mapping", () => {
  test("reads a list: device by topic, values of one name together, each entry for itself", () => {
    const data = [
      { at: iso, temp: 46.4, hum: 55.5, lid: "open" },
      { at: "2026-01-01T00:01:00.25Z", temp: 35.6 },
      { at: iso, temp: "5" },
    ];
    expect(endsOf(plant, "plant/room-1/climate", { unit: "°F", data })).toEqual([
      "room-1/air 0 8000 555",
      "room-1/lid 0 true",
      "room-1/air 60250 2000",
      "BAD_VALUE",
    ]);
  });

  test.each<[string, object, object | undefined, string]>([
    ["M28: F is converted", { temp: 46.4 }, { unit: "F" }, "room-1/air 0 8000"],
    ["M28: ℃", { temp: 4.2 }, { unit: "℃" }, "room-1/air 0 4200"],
    ["K", { temp: 277.15 }, { unit: "K" }, "room-1/air 0 4000"],
    ["M28: k", { temp: 4 }, { unit: "k" }, "BAD_UNIT"],
    ["M28: no unit", { temp: 4 }, {}, "BAD_UNIT"],
    ["a unit that an object inherits", { temp: 4 }, { unit: "constructor" }, "BAD_UNIT"],
    ["M25: a text for a number", { temp: "5" }, undefined, "BAD_VALUE"],
    ["M25: null", { temp: null }, undefined, "BAD_VALUE"],
    ["M25: an object", { temp: { $gt: 0 } }, undefined, "BAD_VALUE"],
    ["M27: too hot", { temp: 1_000 }, undefined, "IMPLAUSIBLE"],
    ["M27: too cold, in F", { temp: -500 }, { unit: "F" }, "IMPLAUSIBLE"],
    ["M24: infinite", { temp: Number.POSITIVE_INFINITY }, undefined, "BAD_VALUE"],
    ["humidity beyond 100 %", { hum: 101 }, undefined, "IMPLAUSIBLE"],
    ["none of the values", { battery: 3 }, undefined, "BAD_VALUE"],
    ["a word that isn't registered", { lid: "ajar" }, undefined, "BAD_VALUE"],
    ["M29: no time", { temp: 4, at: undefined }, undefined, "NO_CLOCK"],
    ["M29: no such day", { temp: 4, at: "2026-02-30T00:00:00Z" }, undefined, "BAD_VALUE"],
    ["M31: a leap second", { temp: 4, at: "2016-12-31T23:59:60Z" }, undefined, "BAD_VALUE"],
    ["M31: local time", { temp: 4, at: "2026-01-01T00:00:00" }, undefined, "BAD_VALUE"],
    ["M29: a number for a text", { temp: 4, at: at }, undefined, "BAD_VALUE"],
    ["M30: beyond 5 min", { temp: 4, at: "2026-01-01T00:06:40.001Z" }, undefined, "FUTURE_TIME"],
    [
      "M30: two years ago is back-fill",
      { temp: 4, at: "2024-01-01T00:00:00Z" },
      undefined,
      "room-1/air -63158400000 4000",
    ],
  ])("%s: %j", (_what, entry, rest, end) => {
    expect(ends(entry, rest)).toEqual([end]);
  });

  test("time in seconds or ms, or placed by the time of receipt", () => {
    const timed = (time: object, entry: object) => {
      const values = [{ name: "t", as: "t", pointer: "/t", unit: "C" }];
      return endsOf(source({ kind: "mapping", topic: "a", values, time }), "a", { t: 4, ...entry });
    };
    expect(timed({ pointer: "/ts", unit: "s" }, { ts: 1_767_225_600.25 })).toEqual(["t 250 4000"]);
    expect(timed({ pointer: "/ts", unit: "ms" }, { ts: at + 1 })).toEqual(["t 1 4000"]);
    expect(timed({ pointer: "/ts", unit: "ms" }, { ts: 1_767_225_600 })).toEqual(["NO_CLOCK"]);
    expect(timed({ pointer: "/ts", unit: "s" }, { ts: at })).toEqual(["FUTURE_TIME"]);
    expect(timed({ pointer: "/ts", unit: "s" }, { ts: 1e300 })).toEqual(["BAD_VALUE"]);
    expect(timed({ from: "receipt" }, {})).toEqual(["t 100000 4000"]);
  });

  test("device by pointer, in the reading or once for the message", () => {
    const named = (device: object) => {
      const values = [{ name: "t", as: "t", pointer: "/t", unit: "C" }];
      const own = source({
        kind: "mapping",
        topic: "a",
        device,
        readings: "/r",
        values,
        time: { from: "receipt" },
      });
      return endsOf(own, "a", { id: 7, r: { id: "x y", t: 4 } });
    };
    expect(named({ pointer: "/id" })).toEqual(["x y/t 100000 4000"]);
    expect(named({ pointer: "/id", in: "message" })).toEqual(["7/t 100000 4000"]);
    expect(named({ pointer: "/nobody" })).toEqual(["BAD_SHAPE"]);
  });

  test("what isn't there, too many, and another's topic: the whole message", () => {
    const topic = "plant/room-1/climate";
    expect(endsOf(plant, topic, [])).toEqual(["whole: BAD_SHAPE"]);
    expect(endsOf(plant, topic, null)).toEqual(["whole: BAD_SHAPE"]);
    expect(endsOf(plant, topic, { data: [] })).toEqual(["whole: TOO_MANY_READINGS"]);
    expect(endsOf(plant, topic, { data: Array(3).fill({ hum: 5 }) }, 2)).toEqual([
      "whole: TOO_MANY_READINGS",
    ]);
    expect(endsOf(plant, "plant/a/b/climate", { data: [{}] })).toEqual(["whole: WRONG_TOPIC"]);
  });
});

const board = source({
  kind: "thingsboard",
  prefix: "shop-1",
  values: [
    { name: "temperature", as: "t", pointer: "/temperature", unit: "C" },
    { name: "humidity", as: "rh", pointer: "/humidity" },
  ],
});

test.each<[string, unknown, string[]]>([
  [
    "many devices and times",
    {
      "Fridge A": [
        { ts: at, values: { temperature: 4.2, humidity: 50 } },
        { ts: at + 1, values: { temperature: 4.3 } },
      ],
      冰箱: [{ ts: at, values: { humidity: 51 } }],
    },
    [
      "Fridge A/temperature 0 4200",
      "Fridge A/humidity 0 500",
      "Fridge A/temperature 1 4300",
      "冰箱/humidity 0 510",
    ],
  ],
  ["no ts", { a: [{ values: { temperature: 4 } }] }, ["NO_CLOCK"]],
  ["bare values", { a: [{ temperature: 4 }] }, ["NO_CLOCK"]],
  ["a text", { a: [{ ts: at, values: { temperature: "4" } }] }, ["BAD_VALUE"]],
  [
    "an entry of nothing",
    { a: [null, { ts: at, values: { temperature: 4 } }] },
    ["BAD_VALUE", "a/temperature 0 4000"],
  ],
  ["no list", { a: { temperature: 4 } }, ["whole: BAD_SHAPE"]],
  ["no object", [], ["whole: BAD_SHAPE"]],
  ["no devices", {}, ["whole: TOO_MANY_READINGS"]],
  [
    "a device that is called like what objects inherit",
    { constructor: [{ ts: at, values: { temperature: 4 } }] },
    ["constructor/temperature 0 4000"],
  ],
])("ThingsBoard gateway: %s", (_what, content, result) => {
  expect(endsOf(board, "shop-1/v1/gateway/telemetry", content)).toEqual(result);
});

const lora = source({
  kind: "chirpstack",
  application: "app-1",
  values: [{ name: "probe", as: "t", pointer: "/temperature/1", unit: "C" }],
});
const uplink = {
  deduplicationId: "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
  time: "2026-01-01T00:00:00.775023242+00:00",
  deviceInfo: { applicationId: "app-1", devEui: "0101010101010101" },
  fCnt: 24,
  object: { temperature: { 1: 4.2 } },
};

test.each<[string, unknown, string[]]>([
  ["an uplink", uplink, ["0101010101010101/probe 775 4200"]],
  [
    "the first one, whose fCnt is left out",
    { ...uplink, fCnt: undefined },
    ["0101010101010101/probe 775 4200"],
  ],
  ["no codec", { ...uplink, object: undefined }, ["whole: BAD_SHAPE"]],
  ["another device's", { ...uplink, deviceInfo: { devEui: "02" } }, ["whole: BAD_SHAPE"]],
  ["no deduplicationId", { ...uplink, deduplicationId: undefined }, ["whole: BAD_SHAPE"]],
  ["fCnt -1", { ...uplink, fCnt: -1 }, ["whole: BAD_SHAPE"]],
  ["no time", { ...uplink, time: undefined }, ["NO_CLOCK"]],
  ["another value", { ...uplink, object: { battery: 3 } }, ["BAD_VALUE"]],
])("ChirpStack: %s", (_what, content, result) => {
  expect(endsOf(lora, "application/app-1/device/0101010101010101/event/up", content)).toEqual(result);
});

test("whatever the content is, each source has an answer, and every reading an end", () => {
  const topics = { mapping: "plant/room-1/climate", thingsboard: "shop-1/v1/gateway/telemetry" };
  const keyed = fc.dictionary(
    fc.constantFrom(
      "data",
      "unit",
      "at",
      "temp",
      "hum",
      "lid",
      "ts",
      "values",
      "temperature",
      "object",
      "time",
    ),
    fc.anything(),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        keyed,
        keyed.map((it) => ({ data: [it], a: [it] })),
      ),
      (content) => {
        const chirp = { ...uplink, object: content };
        expect(endsOf(plant, topics.mapping, content).length).toBeGreaterThan(0);
        expect(endsOf(board, topics.thingsboard, content).length).toBeGreaterThan(0);
        const found = endsOf(lora, "application/app-1/device/0101010101010101/event/up", chirp);
        expect(found).toHaveLength(1);
      },
    ),
    { numRuns: 500 },
  );
});

test.each<[string, object]>([
  ["a temperature without unit", { values: [{ name: "a", as: "t", pointer: "/a" }] }],
  ["a unit for humidity", { values: [{ name: "a", as: "rh", pointer: "/a", unit: "C" }] }],
  ["words for humidity", { values: [{ name: "a", as: "rh", pointer: "/a", words: { true: 1, false: 0 } }] }],
  ["one word for both", { values: [{ name: "a", as: "door", pointer: "/a", words: { true: 1, false: 1 } }] }],
  ["no values", { values: [] }],
  ["one quantity twice", { values: Array(2).fill({ name: "a", as: "rh", pointer: "/a" }) }],
  ["a name with a slash", { values: [{ name: "a/b", as: "rh", pointer: "/a" }] }],
  ["a path that is no pointer", { values: [{ name: "a", as: "rh", pointer: "a" }] }],
  ["a level that is no +", { device: { level: 1 } }],
  ["a level beyond the topic", { device: { level: 3 } }],
  ["a topic of ours", { topic: "coldmark/v1/x/data" }],
  ["a topic with #", { topic: "a/#" }],
  ["an unknown key", { colour: "blue" }],
  ["no kind of ours", { kind: "opcua" }],
])("a source with %s is refused", (_what, change) => {
  const sound = {
    ...{ kind: "mapping", topic: "a/+", device: { level: 2 }, time: { from: "receipt" } },
    values: [{ name: "a", as: "rh", pointer: "/a" }],
  };
  expect(sourceShape.safeParse(sound).success).toBe(true);
  expect(sourceShape.safeParse({ ...sound, ...change }).success).toBe(false);
});
