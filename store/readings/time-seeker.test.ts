import { expect, it } from "vitest";
import { seekTimes } from "./time-seeker.ts";

function seekIn(times: readonly number[], pageSize: number) {
  const pages: number[] = [];
  const seek = seekTimes(async (from) => {
    pages.push(from);
    return times.filter((time) => time >= from).slice(0, pageSize);
  }, pageSize);
  return { seek, pages };
}

it("finds the first time at or after, within a page, beyond it and past the end", async () => {
  const { seek } = seekIn([1, 2, 3, 50, 60], 2);
  const found = [];
  for (const at of [0, 1, 2, 4, 51, 60, 61, 99]) found.push(await seek(at));
  expect(found).toEqual([1, 1, 2, 50, 60, 60, null, null]);
});

it("reads only where it is asked to: what lies between is skipped, however much it is", async () => {
  const { seek, pages } = seekIn(
    Array.from({ length: 10_000 }, (_, at) => at),
    10,
  );
  expect(await seek(5)).toBe(5);
  expect(await seek(9_995)).toBe(9_995);
  expect(await seek(20_000)).toBeNull();
  expect(pages).toEqual([5, 9_995]);
});
