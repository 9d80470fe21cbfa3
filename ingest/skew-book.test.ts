import { describe, expect, it } from "vitest";
import { openSkewBook } from "./skew-book.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A gateway whose messages come once a minute from `from` on, each later than it was sent by `lateMs`. */
const every = (from: number, minutes: number, lateMs: (minute: number) => number | null) =>
  Array.from({ length: minutes }, (_, minute) => ({
    receivedAt: from + minute * minuteMs,
    skewMs: lateMs(minute),
  }));

describe("how far a clock is behind", () => {
  it("is what the quickest message says, not the mean", () => {
    const book = openSkewBook();
    expect(
      book.follow(
        "b",
        null,
        every(0, 5, (minute) => [900, 80, 40, 3_000, 500][minute] ?? 0),
      ),
    ).toBe(40);
  });

  it("isn't changed by messages that waited an hour for a line, the first of them neither", () => {
    const book = openSkewBook();
    book.follow(
      "b",
      null,
      every(0, 30, () => 50),
    );
    const late = (minute: number) => hourMs - minute * minuteMs;
    const waited = Array.from({ length: 60 }, (_, at) => ({ receivedAt: 2 * hourMs + at, skewMs: late(at) }));
    for (const hint of waited) expect(book.follow("b", 50, [hint])).toBe(50);
    expect(
      book.follow(
        "b",
        50,
        every(2 * hourMs + minuteMs, 30, () => 60),
      ),
    ).toBe(60);
  });

  it("shows a clock that was set back within two windows, one set ahead at once and for no longer", () => {
    const book = openSkewBook();
    expect(
      book.follow(
        "b",
        null,
        every(0, 15, () => 50),
      ),
    ).toBe(50);
    const setBack = every(15 * minuteMs, 20, () => 3 * minuteMs);
    expect(book.follow("b", 50, setBack)).toBe(3 * minuteMs);
    expect(book.follow("b", 0, [{ receivedAt: 36 * minuteMs, skewMs: -hourMs }])).toBe(-hourMs);
    expect(
      book.follow(
        "b",
        -hourMs,
        every(37 * minuteMs, 20, () => 50),
      ),
    ).toBe(50);
  });

  it("goes on from what the records say after a restart, and leaves boots apart", () => {
    const book = openSkewBook();
    expect(book.follow("b", 50, [{ receivedAt: 0, skewMs: hourMs }])).toBe(50);
    expect(book.follow("c", null, [{ receivedAt: 0, skewMs: hourMs }])).toBe(hourMs);
    book.forget();
    expect(book.follow("b", 70, [{ receivedAt: minuteMs, skewMs: hourMs }])).toBe(70);
  });

  it("stays unknown while nothing tells, and within the records' column", () => {
    const book = openSkewBook();
    expect(book.follow("b", null, [{ receivedAt: 0, skewMs: null }])).toBeNull();
    expect(book.follow("b", null, [{ receivedAt: 0, skewMs: -5e12 }])).toBe(-(2 ** 31));
  });
});
