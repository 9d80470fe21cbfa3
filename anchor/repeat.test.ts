import { expect, it } from "vitest";
import { oneAtATime, repeat } from "./repeat.ts";

it("does work again when woken, and no more once stopped", async () => {
  const rounds: (() => void)[] = [];
  const reached = [0, 1, 2].map((at) => new Promise<void>((resolve) => (rounds[at] = resolve)));
  let count = 0;
  const loop = repeat(async () => {
    rounds[count++]?.();
    return 3_600_000;
  });
  await reached[0];
  loop.wake();
  await reached[1];
  await loop.stop();
  loop.wake();
  expect(count).toBe(2);
});

it("remembers a wake that came while the work was under way", async () => {
  let count = 0;
  await new Promise<void>((resolve) => {
    const loop = repeat(async () => {
      count += 1;
      if (count === 1) await Promise.resolve().then(() => loop.wake());
      else resolve();
      return 3_600_000;
    });
  });
  expect(count).toBe(2);
});

it("lets calls follow one another, also after a failure", async () => {
  const steps: string[] = [];
  const work = oneAtATime(async (name: string) => {
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} ends`);
    if (name === "a") throw new Error("a fails");
  });
  const both = await Promise.allSettled([work("a"), work("b")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(steps).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});
