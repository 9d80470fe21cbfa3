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
    const roster = rosterOf(1_000);
    expect(requireFewPoints(Array(4_000).fill({ roster, body }))).toBeUndefined();
  });

  it("may not be more, though no roster lists so many", () => {
    const rosters = [rosterOf(600, "a"), rosterOf(401, "b")];
    expect(() => requireFewPoints(rosters.map((roster) => ({ roster, body })))).toThrow(malformed);
  });

  it("may not be named more often than a bundle can state them", () => {
    const roster = rosterOf(1_000);
    expect(() => requireFewPoints(Array(4_001).fill({ roster, body }))).toThrow(malformed);
  });
});
