import { describe, expect, it } from "vitest";
import { createDoorkeeper, type KnockResult } from "./doorkeeper.ts";

/** A doorkeeper with a clock; the records say which password is right, or hang until they are let go. */
function stage() {
  const state = { now: 0, password: "right", checks: 0, atOnce: 0, most: 0 };
  let records = Promise.resolve();
  const ends: KnockResult[] = [];
  const keeper = createDoorkeeper(
    async (_, password) => {
      state.checks += 1;
      state.atOnce += 1;
      state.most = Math.max(state.most, state.atOnce);
      await records.finally(() => {
        state.atOnce -= 1;
      });
      return password === state.password;
    },
    (end) => void ends.push(end),
    () => state.now,
  );
  const knock = (
    password: string,
    { gateway = "gw", address = "192.0.2.1", isGone = (): boolean => false } = {},
  ) => keeper.letsIn({ gateway, password: Buffer.from(password), address, isGone });
  const guess = (times: number) => Promise.all(Array.from({ length: times }, (_, n) => knock(`guess ${n}`)));
  const hang = () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    records = promise;
    return {
      goOn: () => resolve(),
      fail: () => {
        records = Promise.resolve();
        reject(new Error("no records"));
      },
    };
  };
  const ended = (result: KnockResult) => ends.filter((end) => end === result).length;
  return { state, keeper, knock, guess, hang, ended };
}

describe("createDoorkeeper", () => {
  it("lets in who brings what was right the last time, however much is guessed beside it; after a minute by a check", async () => {
    const { state, knock, guess } = stage();
    expect(await knock("right")).toBe(true);
    state.now += 61_000;
    await guess(200);
    state.checks = 0;
    expect([await knock("right"), await knock("right"), state.checks]).toEqual([true, true, 1]);
  });

  it("hears it no more once it is wrong or forgotten", async () => {
    const { state, keeper, knock, guess } = stage();
    await knock("right");
    state.now += 61_000;
    state.password = "new";
    await guess(200);
    state.checks = 0;
    expect([await knock("right"), await knock("right"), state.checks]).toEqual([false, false, 1]);
    state.now += 61_000;
    expect(await knock("new")).toBe(true);
    keeper.forget("gw");
    await guess(200);
    expect(await knock("new")).toBe(false);
  });

  it("locks nobody out for knocks that nobody waits for any more, after the records hung", async () => {
    const { knock, hang, ended } = stage();
    let gone = false;
    const isGone = () => gone;
    const records = hang();
    const tries = Array.from({ length: 100 }, () => knock("right", { isGone }).catch(() => "failed"));
    await new Promise((resolve) => setImmediate(resolve));
    gone = true;
    records.fail();
    expect(new Set(await Promise.all(tries))).toEqual(new Set(["failed", false]));
    expect([ended("failed"), ended("gone"), ended("wrong"), ended("over_limit")]).toEqual([8, 92, 0, 0]);
    expect(await knock("right")).toBe(true);
  });

  it("tells how each knock ended, so that guessing shows", async () => {
    const { knock, guess, ended } = stage();
    expect(await knock("right")).toBe(true);
    expect(await knock("right")).toBe(true);
    await guess(200);
    expect([ended("right"), ended("wrong"), ended("over_limit")]).toEqual([2, 10, 190]);
  });

  it("checks few passwords at once, from however many places they come", async () => {
    const { state, knock, hang } = stage();
    const records = hang();
    const tries = Array.from({ length: 200 }, (_, n) =>
      knock("right", { gateway: `gw-${n}`, address: `192.0.2.${n}` }),
    );
    records.goOn();
    expect(new Set(await Promise.all(tries))).toEqual(new Set([true]));
    expect([state.checks, state.most]).toEqual([200, 16]);
  });
});
