import { expect, it } from "vitest";
import { every } from "./every.ts";

it("does its work again and again, never twice at a time, and ends after the one under way", async () => {
  let [running, most, done] = [0, 0, 0];
  const thrice = Promise.withResolvers<void>();
  const beat = every(1, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    done += 1;
    if (done === 3) thrice.resolve();
  });
  await thrice.promise;
  await beat.stop();
  const atStop = done;
  expect([most, running]).toEqual([1, 0]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(done).toBe(atStop);
});

it("stops in the middle of a long pause", async () => {
  const first = Promise.withResolvers<void>();
  const beat = every(3_600_000, async () => first.resolve());
  await first.promise;
  await beat.stop();
});
