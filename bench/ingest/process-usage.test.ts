import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { cpuSeconds, parseStat, residentMib, treeTicks } from "./process-usage.ts";

it("reads a stat line whose program's name holds spaces and parentheses", () => {
  const line =
    "4242 (a (very) odd) name) S 17 4242 4242 0 -1 4194560 900 80 0 0 250 60 7 3 20 0 4 0 123 456 789";
  expect(parseStat(line)).toEqual({ pid: 4242, parent: 17, ticks: 320 });
});

it("takes nothing from a line that ends early or is none", () => {
  expect(parseStat("4242 (node) S 17 4242")).toBeNull();
  expect(parseStat("")).toBeNull();
});

it("adds up a process and all its descendants, and nobody else", () => {
  const all = [
    { pid: 10, parent: 1, ticks: 5 },
    { pid: 11, parent: 10, ticks: 7 },
    { pid: 12, parent: 11, ticks: 11 },
    { pid: 13, parent: 1, ticks: 1_000 },
  ];
  expect(treeTicks(all, 10)).toBe(23);
  expect(treeTicks(all, 99)).toBe(0);
});

it("counts the time of a real child that has burnt some, while it lives and after it ended", async () => {
  // By the time it got, not by the clock: on a busy machine those differ.
  const burn = "while (process.cpuUsage().user < 200_000);";
  const child = spawn(process.execPath, [
    "-e",
    `${burn} process.stdout.write("burnt"); process.stdin.resume();`,
  ]);
  const before = cpuSeconds({ own: process.pid }).own;
  await once(child.stdout, "data");
  const { burner, nobody } = cpuSeconds({ burner: child.pid ?? 0, nobody: 2 ** 30 });
  expect(burner).toBeGreaterThan(0.1);
  expect(nobody).toBe(0);
  expect(residentMib(child.pid ?? 0)).toBeGreaterThan(10);
  child.stdin.end();
  await once(child, "exit");
  expect(cpuSeconds({ own: process.pid }).own - before).toBeGreaterThan(0.1);
});
