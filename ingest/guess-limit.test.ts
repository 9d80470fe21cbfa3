import { describe, expect, it } from "vitest";
import { createGuessLimit } from "./guess-limit.ts";

/** A limit with a clock, and how many passwords it let be checked. */
function stage() {
  const state = { now: 0, checks: 0, atOnce: 0, most: 0 };
  const limit = createGuessLimit(() => state.now);
  const knock = (net: string, gateway: string, isRight: boolean, isGone = () => false) =>
    limit.judge({ net, gateway, isGone }, async () => {
      state.checks += 1;
      state.atOnce += 1;
      state.most = Math.max(state.most, state.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      state.atOnce -= 1;
      return isRight;
    });
  const guess = async (net: string, times: number, gatewayOf = (_: number) => "gw") =>
    Promise.all(Array.from({ length: times }, (_, n) => knock(net, gatewayOf(n), false)));
  return { state, limit, knock, guess };
}

describe("createGuessLimit", () => {
  it("checks ten wrong passwords a minute of one net for one gateway, and then none, be it right", async () => {
    const { state, knock, guess } = stage();
    expect(new Set(await guess("a", 500))).toEqual(new Set(["wrong", "over_limit"]));
    expect(state.checks).toBe(10);
    expect([await knock("a", "gw", true), state.checks]).toEqual(["over_limit", 10]);
    state.now += 60_000;
    expect([await knock("a", "gw", true), state.checks]).toEqual(["right", 11]);
  });

  it("lets the same gateway in from elsewhere, and another one from there", async () => {
    const { knock, guess } = stage();
    await guess("a", 500);
    expect([await knock("b", "gw", true), await knock("a", "other", true)]).toEqual(["right", "right"]);
  });

  it("checks a hundred a minute of one net in all, and still those that got in from there before", async () => {
    const { state, knock, guess } = stage();
    await knock("a", "resident", true);
    state.checks = 0;
    await guess("a", 500, (n) => `gw-${n}`);
    expect(state.checks).toBe(100);
    expect(await knock("a", "newcomer", true)).toBe("over_limit");
    expect(await knock("a", "resident", true)).toBe("right");
    expect(await knock("b", "newcomer", true)).toBe("right");
  });

  it("counts no right password, however many gateways come at once, and checks few at a time", async () => {
    const { state, knock } = stage();
    const all = await Promise.all(Array.from({ length: 1_000 }, (_, n) => knock("a", `gw-${n}`, true)));
    expect([new Set(all), state.checks, state.most]).toEqual([new Set(["right"]), 1_000, 8]);
  });

  it("drops who is gone when its turn comes: unchecked, and not counted as a guess", async () => {
    const { state, limit, knock } = stage();
    const { promise: records, resolve: answer } = Promise.withResolvers<boolean>();
    let gone = false;
    const isGone = () => gone;
    const hanging = Array.from({ length: 8 }, (_, n) =>
      limit.judge({ net: "a", gateway: `gw-${n}`, isGone }, () => records),
    );
    const others = Array.from({ length: 200 }, () => knock("a", "gw", true, isGone));
    await new Promise((resolve) => setImmediate(resolve));
    gone = true;
    answer(true);
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(["right"]));
    expect([new Set(await Promise.all(others)), state.checks]).toEqual([new Set(["gone"]), 0]);
    expect([await knock("a", "gw", true), await knock("a", "newcomer", true)]).toEqual(["right", "right"]);
  });

  it("lets no more wait than a net may have connections: who is gone makes room, and the rest is refused", async () => {
    const { state, limit, knock } = stage();
    const { promise: records, resolve: answer } = Promise.withResolvers<boolean>();
    const there = { net: "a", gateway: "gw", isGone: () => false };
    const hanging = Array.from({ length: 8 }, () => limit.judge(there, () => records));
    const gone = Array.from({ length: 1_024 }, (_, n) => knock("a", `gone-${n}`, true, () => true));
    const waiting = Array.from({ length: 1_024 }, (_, n) => knock("a", `gw-${n}`, true));
    expect(new Set(await Promise.all(gone))).toEqual(new Set(["gone"]));
    expect(await knock("a", "one-more", true)).toBe("over_limit");
    answer(true);
    await Promise.all(hanging);
    expect([new Set(await Promise.all(waiting)), state.checks]).toEqual([new Set(["right"]), 1_024]);
    expect(await knock("a", "one-more", true)).toBe("right");
  });

  it("counts no check that failed by itself, and goes on after it", async () => {
    const { limit, knock } = stage();
    const one = { net: "a", gateway: "gw", isGone: () => false };
    const broken = () => limit.judge(one, () => Promise.reject(new Error("no records")));
    for (let n = 0; n < 200; n += 1) await expect(broken()).rejects.toThrow("no records");
    expect(await knock("a", "gw", true)).toBe("right");
  });
});
