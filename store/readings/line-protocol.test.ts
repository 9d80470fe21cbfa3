import { describe, expect, test } from "vitest";
import { aReading } from "#test/support/readings.ts";
import { toLine } from "./line-protocol.ts";

describe("a reading as line protocol", () => {
  test("whole numbers carry i, absent values are left out", () => {
    expect(toLine(aReading({ tMilliC: 4_200, lat: 31.25 }))).toBe(
      'reading,point=p1,tenant=pharmacy-1 t=4200i,lat=31.25,equipment="fridge-1",received=1700000001000i,inbox=7i,late=false 1700000000000',
    );
  });

  test("minus zero is zero", () => {
    expect(toLine(aReading({ tMilliC: -0, lon: -0 }))).toContain("t=0i,lon=0,");
  });

  test.each([
    ["a fraction", { tMilliC: 4.5 }],
    ["a number that is none", { lat: Number.NaN }],
    ["an endless number", { lon: Number.POSITIVE_INFINITY }],
    ["a point that would end the tag", { point: "p1,evil=1" }],
    ["a point that ends in a backslash", { point: "p1\\" }],
    ["a second line", { point: "p1 t=1i\nreading" }],
    ["a quote in a text", { err: 'a" t=1i' }],
    ["a time with a fraction", { ts: 1.5 }],
  ])("refuses %s", (_name, change) => {
    expect(() => toLine(aReading(change))).toThrow("can't be written as line protocol");
  });
});
