import { describe, expect, it } from "vitest";
import { wrongRosters } from "./audit-rosters.ts";

const hourMs = 3_600_000;
/** In force from 0:00, 1:30, 2:00 and 5:00; the last stands after the windows in the log. */
const rosters = new Map([
  ["a", { seq: 0, at: 0, body: null }],
  ["b", { seq: 2, at: 1.5 * hourMs, body: null }],
  ["c", { seq: 3, at: 2 * hourMs, body: null }],
  ["d", { seq: 9, at: 5 * hourMs, body: null }],
]);
const leftOut = "it doesn't name every roster that was in force during it";
const notInForce = "it names a roster that was not in force during it";
const tooOld = "a newer roster than the one it names was in force when it began";

/** What is wrong with a window of an hour that was sealed in fifth place. */
const wrongAt = (hour: number, roster: string, earlierRosters?: readonly string[]) =>
  wrongRosters(
    { seq: 5, fromMs: hour * hourMs, toMs: (hour + 1) * hourMs },
    { roster, ...(earlierRosters === undefined ? {} : { earlierRosters }) },
    rosters,
  );

describe("the rosters that a window names", () => {
  it.each([
    [0, "c", ["a"]],
    [1, "c", ["a", "b"]],
    [1, "b", ["a"]],
    [2, "c", []],
    [6, "c", []],
  ])("from %i h under %s and %j: all that were in force", (hour, roster, earlier) => {
    expect(wrongAt(hour, roster, earlier)).toBeNull();
  });

  it.each([
    [0, "c", [], leftOut],
    [1, "c", ["b"], leftOut],
    [2, "b", [], leftOut],
    [2, "a", [], leftOut],
    [2, "c", ["b"], notInForce],
    [1, "c", ["a", "b", "e"], notInForce],
  ])("from %i h under %s and %j: not those", (hour, roster, earlier, words) => {
    expect(wrongAt(hour, roster, earlier)).toBe(words);
  });

  it("may be the newest alone in windows of the first form, but none from before they began", () => {
    expect(wrongAt(1, "c")).toBeNull();
    expect(wrongAt(1, "a")).toBeNull();
    expect(wrongAt(2, "b")).toBe(tooOld);
    expect(wrongAt(2, "a")).toBe(tooOld);
  });
});
