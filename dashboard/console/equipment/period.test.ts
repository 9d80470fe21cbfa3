import { describe, expect, it } from "vitest";
import { customSearch, fromField, movedPeriod, periodOf, readPeriodSearch, toField } from "./period.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const hourMs = 3_600_000;
const from = "2026-03-01T10:00:00.000Z";
const to = "2026-03-01T12:00:00.000Z";

describe("the period in the address", () => {
  it("is a named one, a custom one, or the last 24 hours", () => {
    expect(periodOf(readPeriodSearch({ range: "7d" }))).toEqual({
      kind: "last",
      name: "7d",
      lengthMs: 168 * hourMs,
    });
    expect(periodOf(readPeriodSearch({ from, to }))).toEqual({
      kind: "custom",
      fromMs: noon - 2 * hourMs,
      toMs: noon,
    });
    expect(periodOf(readPeriodSearch({}))).toMatchObject({ kind: "last", name: "24h" });
  });

  it.each([
    { range: "9y" },
    { from: to, to: from },
    { from, to: "tomorrow" },
    { from: "2020-01-01T00:00:00.000Z", to },
    { from: 12, to },
  ])("leaves out what makes no period: %o", (search) => {
    expect(readPeriodSearch(search)).toEqual({});
  });

  it("moves by half of itself, halves and doubles around its middle", () => {
    const period = { fromMs: noon - 2 * hourMs, toMs: noon };
    expect(movedPeriod(period, "earlier")).toEqual(customSearch(noon - 3 * hourMs, noon - hourMs));
    expect(movedPeriod(period, "later")).toEqual(customSearch(noon - hourMs, noon + hourMs));
    expect(movedPeriod(period, "in")).toEqual(customSearch(noon - 1.5 * hourMs, noon - 0.5 * hourMs));
    expect(movedPeriod(period, "out")).toEqual(customSearch(noon - 3 * hourMs, noon + hourMs));
  });

  it("never gets shorter than ten minutes", () => {
    expect(customSearch(noon - 60_000, noon + 60_000)).toEqual(customSearch(noon - 300_000, noon + 300_000));
  });
});

it("fields are in Beijing time", () => {
  expect(toField(noon)).toBe("2026-03-01T20:00");
  expect(fromField("2026-03-01T20:00")).toBe(noon);
  expect(fromField("")).toBeNull();
});
