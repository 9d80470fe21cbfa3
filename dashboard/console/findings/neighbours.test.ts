import { expect, it } from "vitest";
import { neighboursOf } from "./neighbours.ts";

const row = (minute: number, kind: string) => ({ at: `2026-03-01T04:0${minute}:00.000Z`, kind });

it("takes neighbours that say the same together, and none that something else stands between", () => {
  const rows = [row(5, "a"), row(4, "a"), row(3, "b"), row(2, "a")];
  expect(neighboursOf(rows, ({ kind }) => kind)).toEqual([
    { newest: rows[0], count: 2, since: row(4, "a").at },
    { newest: rows[2], count: 1, since: row(3, "b").at },
    { newest: rows[3], count: 1, since: row(2, "a").at },
  ]);
  expect(neighboursOf([], String)).toEqual([]);
});
