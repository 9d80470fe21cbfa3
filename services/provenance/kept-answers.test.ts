import { describe, expect, it } from "vitest";
import { KeptAnswers } from "./kept-answers.ts";

const busy = () => new Error("busy");

describe("kept answers", () => {
  it("work one question out once for all who ask at the same time", async () => {
    const kept = new KeptAnswers<number>(busy);
    let worked = 0;
    const ask = () => kept.get("a", async () => ++worked);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await kept.get("b", async () => ++worked)).toBe(2);
  });

  it("do not keep a failure", async () => {
    const kept = new KeptAnswers<number>(busy);
    await expect(kept.get("a", async () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(await kept.get("a", async () => 7)).toBe(7);
  });

  it("work out at most four at a time and refuse when too many wait", async () => {
    const kept = new KeptAnswers<number>(busy);
    const gates = Array.from({ length: 250 }, () => Promise.withResolvers<number>());
    const begun = new Set<number>();
    const asked = gates.map((gate, at) => {
      const answer = kept.get(String(at), () => gate.promise.finally(() => begun.add(at)));
      answer.catch(() => undefined);
      return answer;
    });
    await expect(asked[249]).rejects.toThrow("busy");
    gates[200]?.resolve(200);
    await Promise.resolve();
    expect(begun.size).toBe(0);
    for (const [at, gate] of gates.entries()) gate.resolve(at);
    expect(await asked[203]).toBe(203);
  });
});
