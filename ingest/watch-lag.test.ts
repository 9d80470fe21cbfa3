import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Lag, type LagWatch, watchLag } from "./watch-lag.ts";

let answer: Lag | Error;
let asked = 0;
let eased = 0;
let watch: LagWatch;
beforeEach(async () => {
  vi.useFakeTimers();
  [asked, eased] = [0, 0];
  answer = { position: 10, isLong: false };
  const ask = async () => {
    asked += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  watch = watchLag(ask, () => (eased += 1));
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(async () => {
  await watch.stop();
  vi.useRealTimers();
});

/** Looks again, a second later. */
async function next(lag: Lag | Error): Promise<boolean> {
  answer = lag;
  await vi.advanceTimersByTimeAsync(1_000);
  return watch.isBehind();
}

test("is behind while much waits and the projector goes on, and says when that is over", async () => {
  expect(watch.isBehind()).toBe(false);
  expect(await next({ position: 20, isLong: true })).toBe(true);
  expect(await next({ position: 30, isLong: true })).toBe(true);
  expect([asked, eased]).toEqual([3, 0]);
  expect(await next({ position: 40, isLong: false })).toBe(false);
  expect(await next({ position: 40, isLong: false })).toBe(false);
  expect(eased).toBe(1);
});

test("holds nothing back for a projector that is kept from going on, and does again once it moves", async () => {
  const stuck = { position: 20, isLong: true };
  const told: boolean[] = [];
  for (let n = 0; n < 7; n += 1) told.push(await next(stuck));
  expect(told).toEqual([true, true, true, true, true, false, false]);
  expect(eased).toBe(1);
  expect(await next({ position: 21, isLong: true })).toBe(true);
});

test("holds nothing back while the records can't say", async () => {
  expect(await next({ position: 20, isLong: true })).toBe(true);
  expect(await next(new Error("away"))).toBe(false);
  expect(eased).toBe(1);
});
