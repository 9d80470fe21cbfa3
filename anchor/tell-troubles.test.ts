import { describe, expect, it } from "vitest";
import { troublesOf } from "./tell-troubles.ts";

const low = { balanceWei: "12", daysLeft: 3, isLow: true };
type Copy = Parameters<typeof troublesOf>[0]["copy"];
type Chain = Parameters<typeof troublesOf>[0]["status"]["chain"];
const unseen = { trouble: null, isWhole: false };
const told = (chain: Chain, funds: typeof low | null = null, isOwnChain = false, copy: Copy = unseen) =>
  troublesOf({ status: { chain, detail: "words" }, funds, isOwnChain, copy });

describe("what is wrong with the log", () => {
  it.each(["fork", "disagree", "costly"] as const)("%s lasts, with its words", (chain) => {
    expect(told(chain).lasting).toEqual([{ kind: `log-${chain}`, detail: "words" }]);
  });

  it("is over only where a whole round found it so; who can't ask ends nothing", () => {
    expect(told("up")).toEqual({ lasting: [], over: ["log-fork", "log-disagree", "log-costly"] });
    expect(told("costly").over).toEqual(["log-fork", "log-disagree"]);
    for (const chain of ["fork", "disagree", "down"] as const) expect(told(chain).over).toEqual([]);
  });

  it("is over where it can't be any more: no chain, or one of our own, but for a fork that was found", () => {
    expect(told("absent").over).toEqual(["log-disagree", "log-costly"]);
    expect(told("absent", null, true).over).toEqual(["log-disagree", "log-costly", "log-funds"]);
    expect(told("down", null, true).over).toEqual(["log-funds"]);
  });

  it("tells of a second place that differs, whatever the chain says, and ends that only where all of it was seen", () => {
    const differs = { trouble: "a file", isWhole: false };
    for (const chain of ["up", "down", "absent", "fork"] as const) {
      expect(told(chain, null, false, differs).lasting).toContainEqual({
        kind: "log-copy",
        detail: "a file",
      });
      expect(told(chain, null, false, differs).over).not.toContain("log-copy");
    }
    expect(told("up").over).not.toContain("log-copy");
    expect(told("down", null, false, { trouble: null, isWhole: true }).over).toEqual(["log-copy"]);
  });

  it("tells low funds, and their end only by funds that are known", () => {
    expect(told("down", low).lasting).toEqual([{ kind: "log-funds", detail: "12 wei, 3 days" }]);
    expect(told("down", { ...low, isLow: false })).toEqual({ lasting: [], over: ["log-funds"] });
    expect(told("down")).toEqual({ lasting: [], over: [] });
  });
});
