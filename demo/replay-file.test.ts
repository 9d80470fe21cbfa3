import { describe, expect, it } from "vitest";
import { parseLoggerFile } from "./replay-file.ts";

describe("a logger's file", () => {
  it("gives its readings with their own times", () => {
    const csv = "utc,temperature_c\r\n2020-05-30T00:00:56Z,4.6\r\n2020-05-30T00:05:56Z,-0.5\r\n";
    expect(parseLoggerFile(csv, "probe")).toEqual([
      { s: "probe", ts: Date.UTC(2020, 4, 30, 0, 0, 56), t: 4.6 },
      { s: "probe", ts: Date.UTC(2020, 4, 30, 0, 5, 56), t: -0.5 },
    ]);
  });

  it.each([
    ["another header", "time,temp\n2020-05-30T00:00:56Z,4.6", "line 1"],
    ["no readings", "utc,temperature_c\n", "line 2"],
    ["a local time", "utc,temperature_c\n2020-05-30 00:00:56,4.6", "line 2"],
    ["no number", "utc,temperature_c\n2020-05-30T00:00:56Z,4.6\n2020-05-30T00:05:56Z,NaN", "line 3"],
    ["a month that doesn't exist", "utc,temperature_c\n2020-13-30T00:00:56Z,4.6", "line 2"],
    [
      "a time that goes back",
      "utc,temperature_c\n2020-05-30T00:00:56Z,4.6\n2020-05-30T00:00:55Z,4.6",
      "line 3",
    ],
  ])("is refused with %s", (_, csv, where) => {
    expect(() => parseLoggerFile(csv, "probe")).toThrow(where);
  });
});
