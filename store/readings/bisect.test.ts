import { expect, it } from "vitest";
import { bisect } from "./bisect.ts";

function refusing(isBad: (item: number) => boolean, all = false) {
  const parts: number[] = [];
  const attempt = async (part: readonly number[]) => {
    parts.push(part.length);
    return part.some(isBad) ? { detail: "bad", all } : null;
  };
  return { parts, attempt };
}

const thousand = Array.from({ length: 1_000 }, (_, n) => n);

it("finds each offender in at most 2·log2(n) + 1 attempts", async () => {
  const { parts, attempt } = refusing((item) => item === 700);
  expect(await bisect(thousand, attempt)).toEqual([{ item: 700, detail: "bad" }]);
  expect(parts.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(1_000)) + 1);
});

it("names offenders in their order, and asks once where all is well or all is refused", async () => {
  const some = refusing((item) => item % 400 === 1);
  expect((await bisect(thousand, some.attempt)).map(({ item }) => item)).toEqual([1, 401, 801]);
  const none = refusing(() => false);
  expect([await bisect(thousand, none.attempt), none.parts]).toEqual([[], [1_000]]);
  const every = refusing(() => true, true);
  expect([(await bisect(thousand, every.attempt)).length, every.parts]).toEqual([1_000, [1_000]]);
  const nothing = refusing(() => true);
  expect([await bisect([], nothing.attempt), nothing.parts]).toEqual([[], []]);
});

it("passes on what is no refusal", async () => {
  const down = bisect(thousand, async () => {
    throw new Error("down");
  });
  await expect(down).rejects.toThrow("down");
});
