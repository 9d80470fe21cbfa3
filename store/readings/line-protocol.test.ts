import { describe, expect, test } from "vitest";
import { aReading } from "#test/support/readings.ts";
import { encodeLine, type FieldValue } from "./encode-line.ts";
import { measurement, originOf, toLines } from "./line-protocol.ts";
import type { Reading } from "./readings-store.ts";

function toLine(reading: Reading): string {
  const { text, refused } = toLines([reading]);
  if (refused[0]) throw new Error(refused[0].detail);
  return text.trimEnd();
}

/** The same line by the encoder for any line. */
function encoded(reading: Reading): string {
  const fields: readonly (readonly [string, FieldValue | null])[] = [
    ["t", reading.tMilliC === null ? null : { int: reading.tMilliC }],
    ["rh", reading.rhPermille === null ? null : { int: reading.rhPermille }],
    ["door", reading.door === null ? null : { bool: reading.door }],
    ["power", reading.power === null ? null : { bool: reading.power }],
    ["lat", reading.lat === null ? null : { float: reading.lat }],
    ["lon", reading.lon === null ? null : { float: reading.lon }],
    ["err", reading.err === null ? null : { string: reading.err }],
    ["origin", { string: originText(reading) }],
    ["late", reading.late ? { bool: true } : null],
  ];
  const present = fields.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const { point, tenant } = reading;
  return encodeLine(measurement, Object.entries({ point, tenant }), present, reading.ts);
}

function originText({ inboxId, receivedAt, signedBy, equipmentId }: Reading): string {
  return [inboxId, receivedAt, signedBy ?? "", equipmentId].join("|");
}

/** A reading for each number, unlike its neighbours in every field. */
function nth(n: number): Reading {
  const some = <T>(every: number, value: T) => (n % every === 0 ? value : null);
  return aReading({
    ...{
      tenant: `tenant-${n % 7}`,
      point: `p.${n}`,
      ts: 1_700_000_000_000 - n,
      equipmentId: some(5, "") ?? `e-${n}`,
    },
    ...{
      tMilliC: some(4, null) ?? n * 37 - 40_000,
      rhPermille: some(3, n % 1_001),
      door: some(2, n % 4 === 0),
    },
    ...{
      power: some(5, n % 2 === 0),
      lat: some(3, n / 7_000),
      lon: some(6, -n * 1e-9),
      err: some(4, `err.${n % 9} /x`),
    },
    ...{
      receivedAt: 1_700_000_001_000 + (n >> 3),
      inboxId: n >> 3,
      late: n % 3 === 1,
      signedBy: some(2, `gw.${n % 11}`),
    },
  });
}

describe("a reading as line protocol", () => {
  test("whole numbers carry i, absent values are left out", () => {
    expect(toLine(aReading({ tMilliC: 4_200, lat: 31.25 }))).toBe(
      'reading,point=p1,tenant=pharmacy-1 t=4200i,lat=31.25,origin="7|1700000001000||fridge-1" 1700000000000',
    );
  });

  test("minus zero is zero", () => {
    expect(toLine(aReading({ tMilliC: -0, lon: -0 }))).toContain("t=0i,lon=0,");
  });

  test("30,000 unlike readings, more than are remembered, are each what the encoder for any line writes", () => {
    const numbers = Array.from({ length: 30_000 }, (_, n) => n);
    expect(numbers.filter((n) => toLine(nth(n)) !== encoded(nth(n)))).toEqual([]);
    expect(numbers.filter((n) => n < 100 && toLine(nth(n)) !== encoded(nth(n)))).toEqual([]);
  });

  test("each line stands where it is said to, and one that is refused leaves nothing", () => {
    const readings = [nth(1), { ...nth(2), ts: 1.5 }, nth(3), { ...nth(4), point: "a b" }, nth(5)];
    const { text, lines, refused } = toLines(readings);
    expect(lines.map(({ start, end }) => text.slice(start, end))).toEqual(
      [1, 3, 5].map((n) => encoded(nth(n))),
    );
    expect(text).toBe([1, 3, 5].map((n) => `${encoded(nth(n))}\n`).join(""));
    expect(refused.map(({ reading }) => reading)).toEqual([readings[1], readings[3]]);
  });

  test("what a reading came from is read back from its origin", () => {
    const readings = Array.from({ length: 50 }, (_, n) => nth(n));
    for (const reading of readings) {
      const { inboxId, receivedAt, signedBy, equipmentId } = reading;
      expect(originOf(originText(reading))).toEqual({ inboxId, receivedAt, signedBy, equipmentId });
    }
  });

  test.each(["", "x", "1|2|k", "1|2|k|e|f", "-1|2||e", "1.5|2||e", "1e3|2||e", `${10 ** 16}|2||e`])(
    "an origin that nobody of us wrote names no message: %j",
    (written) => {
      expect(originOf(written)).toEqual({ inboxId: 0, receivedAt: 0, signedBy: null, equipmentId: "" });
    },
  );

  test("an id that is remembered as one thing is checked as the other", () => {
    toLine(aReading({ err: "a b", equipmentId: "x/y" }));
    expect(() => toLine(aReading({ point: "a b" }))).toThrow("point can't be written");
    expect(() => toLine(aReading({ tenant: "x/y" }))).toThrow("tenant can't be written");
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
    ["an id that would be two", { equipmentId: "a|b" }],
    ["a message id with a fraction", { inboxId: 1.5 }],
  ])("refuses %s", (_name, change) => {
    expect(() => toLine(aReading(change))).toThrow("can't be written as line protocol");
  });
});
