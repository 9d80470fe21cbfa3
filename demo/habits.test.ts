import { expect, it } from "vitest";
import { habitOf, mishapOf } from "./habits.ts";
import { seedOf } from "./seed.ts";

const minuteMs = 60_000;
const habits = Array.from({ length: 1_000 }, (_, at) => habitOf(seedOf("1"), `gw-${at}`));

it("leaves most gateways alone: a few lose their line, fewer restart", () => {
  const count = (kind: string): number => habits.filter((habit) => habit.kind === kind).length;
  expect(count("dropping")).toBeGreaterThan(25);
  expect(count("dropping")).toBeLessThan(85);
  expect(count("restarting")).toBeGreaterThan(10);
  expect(count("restarting")).toBeLessThan(60);
});

it("gives the same mishaps for the same seed, within their bounds, and none to a steady gateway", () => {
  expect(habitOf(seedOf("1"), "gw-7")).toEqual(habits[7]);
  for (const habit of habits)
    for (let n = 1; n < 20; n += 1) {
      const mishap = mishapOf(habit, n);
      expect(mishapOf(habit, n)).toEqual(mishap);
      expect(mishap === null).toBe(habit.kind === "steady");
      if (mishap === null) continue;
      expect(mishap.afterMs).toBeGreaterThanOrEqual(5 * minuteMs);
      expect(mishap.afterMs).toBeLessThan(72 * minuteMs);
      if (habit.kind === "restarting") expect(mishap.lastsMs).toBe(0);
      else expect(mishap.lastsMs).toBeGreaterThanOrEqual(3 * minuteMs);
      expect(mishap.lastsMs).toBeLessThanOrEqual(8 * minuteMs);
    }
});
