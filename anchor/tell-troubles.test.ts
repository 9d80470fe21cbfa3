import { describe, expect, it } from "vitest";
import { troublesOf } from "./tell-troubles.ts";

const low = { balanceWei: "12", daysLeft: 3, isLow: true };
type Copy = Parameters<typeof troublesOf>[0]["copy"];
type Chain = Parameters<typeof troublesOf>[0]["status"]["chain"];
const unseen = { trouble: null, isWhole: false };
const told = (chain: Chain, funds: typeof low | null = null, isOwnChain = false, copy: Copy = unseen) =>
  troublesOf({ status: { chain, detail: "words" }, downSince: null, funds, isOwnChain, copy }, 0);

describe("what is wrong with the log", () => {
  it.each(["fork", "disagree", "costly"] as const)("%s lasts, with its words", (chain) => {
    expect(told(chain).lasting).toEqual([{ kind: `log-${chain}`, detail: "words" }]);
  });

  it("is over only where a whole round found it so; who can't ask ends nothing", () => {
    const over = ["log-fork", "log-disagree", "log-costly", "log-down"];
    expect(told("up")).toEqual({ lasting: [], over });
    expect(told("costly").over).toEqual(["log-fork", "log-disagree", "log-down"]);
    expect(told("disagree").over).toEqual(["log-down"]);
    for (const chain of ["fork", "down"] as const) expect(told(chain).over).toEqual([]);
  });

  it("is over where it can't be any more: no chain, or one of our own, but for a fork that was found", () => {
    const over = ["log-disagree", "log-costly", "log-down"];
    expect(told("absent").over).toEqual(over);
    expect(told("absent", null, true).over).toEqual([...over, "log-funds"]);
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

  it("tells of a chain that nothing reached for 15 min, since the first round that failed, and no sooner", () => {
    const status = { chain: "down", detail: "words" } as const;
    const downFor = (minutes: number) =>
      troublesOf(
        { status, downSince: 1_000, funds: null, isOwnChain: true, copy: unseen },
        1_000 + minutes * 60_000,
      );
    expect(downFor(14.999).lasting).toEqual([]);
    expect(downFor(15).lasting).toEqual([{ kind: "log-down", detail: "words", since: 1_000 }]);
    expect(downFor(15).over).toEqual(["log-funds"]);
  });

  it("tells low funds, and their end only by funds that are known", () => {
    expect(told("down", low).lasting).toEqual([{ kind: "log-funds", detail: "12 wei, 3 days" }]);
    expect(told("down", { ...low, isLow: false })).toEqual({ lasting: [], over: ["log-funds"] });
    expect(told("down")).toEqual({ lasting: [], over: [] });
  });
});
