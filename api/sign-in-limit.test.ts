import { describe, expect, it } from "vitest";
import { SignInLimit } from "./sign-in-limit.ts";

const someone = "someone@demo.test";

/** How many of these tries a limit let through. */
function passed(limit: SignInLimit, times: number, keysOf: (n: number) => [net: string, email: string]) {
  let count = 0;
  for (let n = 0; n < times; n += 1) {
    try {
      limit.count(...keysOf(n));
      count += 1;
    } catch (fault) {
      expect(fault).toMatchObject({ code: "TOO_MANY" });
    }
  }
  return count;
}

describe("SignInLimit", () => {
  it("holds ten a minute of one net at one address, in whatever case it is written", () => {
    let now = 0;
    const limit = new SignInLimit(() => now);
    const tries = (n: number): [string, string] => ["net", n % 2 === 0 ? someone : someone.toUpperCase()];
    expect(passed(limit, 20, tries)).toBe(10);
    now += 60_000;
    expect(passed(limit, 20, tries)).toBe(10);
  });

  it("holds a hundred a minute of one net at all addresses, and lets other nets try the same ones", () => {
    const limit = new SignInLimit(() => 0);
    const at = (net: string) => (n: number) => [net, `${n}@demo.test`] as [string, string];
    expect(passed(limit, 200, at("a"))).toBe(100);
    expect(passed(limit, 200, at("b"))).toBe(100);
  });

  it("uses up nothing of the net by tries that it refuses", () => {
    const limit = new SignInLimit(() => 0);
    expect(passed(limit, 500, () => ["net", someone])).toBe(10);
    expect(passed(limit, 200, (n) => ["net", `${n}@demo.test`])).toBe(90);
  });

  it("isn't washed out by a net that tries very many addresses", () => {
    const limit = new SignInLimit(() => 0);
    expect(passed(limit, 10, () => ["net", someone])).toBe(10);
    passed(limit, 20_000, (n) => ["other", `${n}@demo.test`]);
    expect(passed(limit, 1, () => ["net", someone])).toBe(0);
  });

  it("takes a try back from the net and the address alike", () => {
    const limit = new SignInLimit(() => 0);
    for (let n = 0; n < 200; n += 1) limit.count("net", someone)();
    expect(passed(limit, 20, () => ["net", someone])).toBe(10);
  });
});
