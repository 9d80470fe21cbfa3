import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeReading } from "./decode-reading.ts";

const receivedAt = 1_700_000_000_000;
const context = { receivedAt, sent: receivedAt, lane: "data" };
const reading = (change: object) => decodeReading({ s: "t1", ts: receivedAt, t: 5, ...change }, context);
const reasonOf = (change: object) => {
  const result = reading(change);
  return "refused" in result ? result.refused.reason : "taken";
};

describe("a reading", () => {
  test.each([
    [4.2005, 4_201],
    [8.0005, 8_001],
    [-0.0005, 0],
    [-0.0015, -1],
    [25.123_456_789_012, 25_123],
    [5e-324, 0],
    [-90, -90_000],
    [150, 150_000],
  ])("%d °C is %d milli-°C: half up", (t, tMilliC) => {
    expect(reading({ t })).toMatchObject({ taken: { tMilliC } });
  });

  test.each<[object, string]>([
    [{ t: -90.1 }, "IMPLAUSIBLE"],
    [{ t: 150.1 }, "IMPLAUSIBLE"],
    [{ rh: 100.1 }, "IMPLAUSIBLE"],
    [{ lat: 90.1 }, "IMPLAUSIBLE"],
    [{ t: null }, "BAD_VALUE"],
    [{ t: "5" }, "BAD_VALUE"],
    [{ t: Number.POSITIVE_INFINITY }, "BAD_VALUE"],
    [{ door: 1 }, "BAD_VALUE"],
    [{ err: "two words" }, "BAD_VALUE"],
    [{ unit: "F" }, "BAD_VALUE"],
    [{ s: "" }, "BAD_VALUE"],
    [{ ts: 1.5 }, "BAD_VALUE"],
    [{ ts: "now" }, "BAD_VALUE"],
    [{ ts: 2 ** 53 }, "BAD_VALUE"],
    [{ ts: receivedAt + 300_000 }, "taken"],
    [{ ts: receivedAt + 300_001 }, "FUTURE_TIME"],
    [{ ts: 0 }, "NO_CLOCK"],
    [{ ts: Date.UTC(2020, 0, 1) - 1 }, "NO_CLOCK"],
    [{ ts: Date.UTC(2020, 0, 1) }, "taken"],
  ])("%j: %s", (change, reason) => {
    expect(reasonOf(change)).toBe(reason);
  });

  test("without a clock: placed by the time of receipt, where that can be", () => {
    const placed = (up: number, sent: number, lane = "data") =>
      decodeReading({ s: "t1", up, t: 5 }, { receivedAt, sent, lane });
    expect(placed(4_000, 10_000)).toMatchObject({ taken: { ts: receivedAt - 6_000 } });
    const refused = { refused: { reason: "NO_CLOCK" } };
    expect(placed(11_000, 10_000)).toMatchObject(refused);
    expect(placed(4_000, receivedAt)).toMatchObject(refused);
    expect(placed(4_000, 10_000, "hist")).toMatchObject(refused);
  });

  test("whatever it is, there is an answer", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(decodeReading(value, context)).toBeTypeOf("object");
      }),
    );
  });
});
