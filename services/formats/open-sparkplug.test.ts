import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeReading } from "#domain/formats/decode-reading.ts";
import { FormatFault } from "#domain/formats/format-fault.ts";
import { type SparkplugSource, sourceShape } from "#domain/formats/source.ts";
import { sparkplugBytes, sparkplugFields, type TestPayload } from "#test/support/sparkplug-node.ts";
import { type AliasMap, openSparkplug } from "./open-sparkplug.ts";
import { encodeRebirth, readSparkplug } from "./sparkplug-payload.ts";

const at = 1_767_225_600_000;
const source = sourceShape.parse({
  ...{ kind: "sparkplug", group: "g", edge: "e" },
  values: [
    { name: "air", as: "t", metric: "Inputs/Temperature", unit: "F" },
    { name: "air", as: "rh", metric: "Inputs/Humidity" },
    { name: "lid", as: "door", metric: "Lid" },
  ],
}) as SparkplugSource;
const aliases: AliasMap = new Map([
  [1, { name: "Inputs/Temperature", datatype: 9 }],
  [2, { name: "Inputs/Humidity", datatype: 3 }],
  [3, { name: "Lid", datatype: 11 }],
  [4, { name: "Other", datatype: 9 }],
]);
const open = (type: string, payload: Uint8Array, births: AliasMap | null = aliases, device = "/d 1") =>
  openSparkplug(source, { topic: `spBv1.0/g/${type}/e${device}`, payload }, births, 100);
function endsOf(
  type: string,
  payload: TestPayload | Uint8Array,
  births?: AliasMap | null,
  device?: string,
): string[] {
  try {
    const bytes = payload instanceof Uint8Array ? payload : sparkplugBytes(payload);
    const { readings, historical } = open(type, bytes, births, device);
    return readings.map((reading, n) => {
      const result = decodeReading(reading, { receivedAt: at + 60_000, sent: 0, lane: "data" });
      if ("refused" in result) return result.refused.reason;
      const { channel, ts, tMilliC, rhPermille, door } = result.taken;
      const values = [tMilliC, rhPermille, door].filter((value) => value !== null);
      return `${channel} ${ts - at} ${values.join(" ")}${historical.has(n) ? " historical" : ""}`;
    });
  } catch (error) {
    if (error instanceof FormatFault) return [`whole: ${error.reason}`];
    throw error;
  }
}
const metrics = (...list: Record<string, unknown>[]) => ({ timestamp: at, seq: 1, metrics: list });

describe("Sparkplug readings", () => {
  test("by alias, by name; metrics of one time together, others apart", () => {
    const data = metrics(
      { alias: 1, timestamp: at, doubleValue: 46.4 },
      { alias: 2, timestamp: at, intValue: 55 },
      { alias: 1, timestamp: at + 5, doubleValue: 35.6 },
      { alias: 4, timestamp: at, floatValue: 1 },
      { name: "Lid", booleanValue: true },
    );
    expect(endsOf("DDATA", data)).toEqual(["d 1/air 0 8000 550", "d 1/lid 0 true", "d 1/air 5 2000"]);
    expect(endsOf("NDATA", data, aliases, "")).toEqual(["air 0 8000 550", "lid 0 true", "air 5 2000"]);
  });

  test("is_historical marks those metrics alone", () => {
    const data = metrics(
      { alias: 2, timestamp: at - 9, intValue: 50, isHistorical: true },
      { alias: 2, timestamp: at, intValue: 51 },
    );
    expect(endsOf("DDATA", data)).toEqual(["d 1/air -9 500 historical", "d 1/air 0 510"]);
  });

  test("a birth's own values count, and its aliases are its own", () => {
    const birth = metrics({ name: "Inputs/Humidity", alias: 1, datatype: 3, timestamp: at, intValue: 50 });
    expect(endsOf("DBIRTH", birth)).toEqual(["d 1/air 0 500"]);
    expect(endsOf("NBIRTH", metrics({ name: "bdSeq", datatype: 4, longValue: 0 }), null, "")).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["Int32, 32 bits", { datatype: 3, intValue: 2 ** 32 - 40 }, "-40000"],
    ["Int16, 16 bits", { datatype: 2, intValue: 2 ** 16 - 40 }, "-40000"],
    ["Int8, 32 bits", { datatype: 1, intValue: 2 ** 32 - 40 }, "-40000"],
    ["Int64", { datatype: 4, longValue: "18446744073709551576" }, "-40000"],
    ["UInt32", { datatype: 7, intValue: 32 }, "0"],
    ["a UInt32 of 0", { datatype: 7, intValue: 0 }, "-17778"],
    ["a Double of 0", { datatype: 10, doubleValue: 0 }, "-17778"],
    ["Double", { datatype: 10, doubleValue: 32 }, "0"],
  ])("%s", (_what, value, milliC) => {
    expect(endsOf("DDATA", metrics({ name: "Inputs/Temperature", ...value }))).toEqual([
      `d 1/air 0 ${milliC}`,
    ]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["null", { alias: 1, isNull: true }, "BAD_VALUE"],
    ["a text", { alias: 1, stringValue: "5" }, "BAD_VALUE"],
    ["bytes", { alias: 1, bytesValue: Buffer.from("5") }, "BAD_VALUE"],
    ["not a number", { alias: 1, doubleValue: Number.NaN }, "BAD_VALUE"],
    ["too hot", { alias: 1, doubleValue: 999 }, "IMPLAUSIBLE"],
    ["an alias of no birth", { alias: 9, doubleValue: 5 }, "BAD_SHAPE"],
    ["of a time to come", { alias: 1, doubleValue: 5, timestamp: at + 6 * 60_000 + 1 }, "FUTURE_TIME"],
    ["of 1970", { alias: 1, doubleValue: 5, timestamp: 5 }, "NO_CLOCK"],
  ])("a value that is %s is set aside", (_what, metric, reason) => {
    expect(endsOf("DDATA", metrics(metric))).toEqual([reason]);
  });

  test("without any time, before any birth, and on another topic", () => {
    const metric = { alias: 1, doubleValue: 5 };
    expect(endsOf("DDATA", { metrics: [metric] })).toEqual(["NO_CLOCK"]);
    expect(endsOf("DDATA", metrics(metric), null)).toEqual(["BAD_SHAPE"]);
    expect(endsOf("NDATA", metrics(metric))).toEqual(["whole: WRONG_TOPIC"]);
    expect(endsOf("DCMD", metrics(metric))).toEqual(["whole: WRONG_TOPIC"]);
    expect(endsOf("DDATA", Buffer.from("no payload"))).toEqual(["whole: BAD_SHAPE"]);
    expect(endsOf("DDEATH", metrics(metric))).toEqual([]);
  });

  test("whatever the bytes are, there is an answer", () => {
    const sound = sparkplugBytes(metrics({ alias: 1, doubleValue: 5, timestamp: at }));
    const groups = Buffer.alloc(10_000, 0x0b);
    expect(endsOf("DDATA", groups)).toEqual(["whole: BAD_SHAPE"]);
    const bent = fc.tuple(fc.nat(sound.length - 1), fc.nat(255)).map(([n, byte]) => sound.with(n, byte));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), bent), (bytes) => {
        expect(endsOf("DDATA", bytes)).toBeInstanceOf(Array);
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a seq of 0 is a seq", () => {
  expect(readSparkplug(sparkplugBytes({ seq: 0 })).seq).toBe(0);
  expect(readSparkplug(sparkplugBytes({})).seq).toBeNull();
});

test("a rebirth request is what the specification says, read by another description", () => {
  const metric = { name: "Node Control/Rebirth", timestamp: at, datatype: 11, booleanValue: true };
  expect(sparkplugFields(encodeRebirth(at))).toEqual({ timestamp: at, metrics: [metric] });
  expect(readSparkplug(encodeRebirth(at)).seq).toBeNull();
});
