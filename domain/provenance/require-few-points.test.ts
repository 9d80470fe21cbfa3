import { describe, expect, it } from "vitest";
import type { RosterPoint } from "./bodies.ts";
import { requireFewPoints } from "./require-few-points.ts";

const point = (name: string): RosterPoint => ({
  ...{ point: name, since: 0, accepted: 0, offline: false },
  ...{ calibratedAt: null, calibratedUntil: null, signatureRequired: false, replay: false },
});
const rosterOf = (length: number, name = "p") => ({
  points: Array.from({ length }, (_, at) => point(`${name}-${at}`)),
});
const body = { points: [] };
const malformed = expect.objectContaining({ result: "MALFORMED" });

describe("the measuring points of an equipment bundle", () => {
  it("may be a thousand, in however many windows", () => {
    const rosters = [{ body: rosterOf(1_000) }];
    expect(requireFewPoints(Array(4_000).fill({ rosters, body }), [])).toBeUndefined();
  });

  it("may not be more, though no roster lists so many", () => {
    const rosters = [{ body: rosterOf(600, "a") }, { body: rosterOf(401, "b") }];
    expect(() => requireFewPoints([{ rosters, body }], [])).toThrow(malformed);
    const windows = rosters.map((roster) => ({ rosters: [roster], body }));
    expect(() => requireFewPoints(windows, [])).toThrow(malformed);
    expect(() => requireFewPoints(windows.slice(0, 1), rosterOf(401, "b").points)).toThrow(malformed);
  });

  it("may not be named more often than a bundle can state them", () => {
    const rosters = [{ body: rosterOf(1_000) }];
    expect(() => requireFewPoints(Array(4_001).fill({ rosters, body }), [])).toThrow(malformed);
  });
});
