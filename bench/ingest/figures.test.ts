import { expect, it } from "vitest";
import { figuresOf, lossFigures, ratioFigures } from "./figures.ts";
import type { RunResult } from "./measure-run.ts";

const load = {
  messagesPerSecond: 15_000,
  seconds: 60,
  readingsPerMessage: 1,
  isSigned: false,
  gateways: 300,
  poisonEvery: 0,
  startAt: 1_800_000_000_000,
};
const run = (contender: string, changes: Partial<RunResult> = {}): RunResult => ({
  contender,
  load,
  acknowledged: 900_000,
  messagesPerSecond: 14_990,
  stored: 900_000,
  expected: 900_000,
  drainSeconds: 0.2,
  latency: { seen: 570, missing: 0, p50Ms: 40, p99Ms: 200 },
  receiptsComplete: true,
  cpuSeconds: { collector: 30, influxd: 10 },
  messagesPerCpuSecond: 12_000,
  residentPeakMib: 250,
  residentSlopeMibPerMinute: 0.1,
  isSustained: true,
  lastWords: "",
  ...changes,
});
const named = (figures: ReturnType<typeof figuresOf>, what: string) =>
  figures.find(({ name }) => name.endsWith(what));

it("meets the targets by medians of runs that held", () => {
  const figures = figuresOf([run("coldmark"), run("coldmark", { isSustained: false }), run("coldmark")]);
  expect(named(figures, "sustained")).toEqual({
    name: "unsigned-1: sustained",
    value: 14_990,
    unit: "messages/s",
    target: ">= 15000",
    met: true,
  });
  expect(figures.filter(({ met }) => met === false)).toEqual([]);
});

it("misses by one run that lost something or grew too large, and by a rate that most runs didn't hold", () => {
  const missed = run("coldmark", { stored: 899_999, residentPeakMib: 301, isSustained: false });
  const figures = figuresOf([run("coldmark"), missed, missed]);
  expect(figures.filter(({ met }) => met === false).map(({ name, value }) => [name, value])).toEqual([
    ["unsigned-1: sustained", 0],
    ["unsigned-1: acknowledged readings not stored, worst run", 1],
    ["unsigned-1: resident memory, peak", 301],
  ]);
});

it("names peers and asks nothing of them", () => {
  const figures = figuresOf([run("node-red")], "beside");
  expect(new Set(figures.map(({ peer, target }) => `${peer} ${target}`))).toEqual(new Set(["node-red null"]));
});

it("compares medians and asks three times of Node-RED's only", () => {
  const groups = [
    [run("coldmark")],
    [run("node-red", { messagesPerCpuSecond: 5_000 })],
    [run("telegraf", { messagesPerCpuSecond: 16_000 })],
  ];
  expect(ratioFigures(groups).map(({ value, target, met }) => [value, target, met])).toEqual([
    [2.4, ">= 3", false],
    [0.75, null, null],
  ]);
});

it("tells the worst loss of each and allows Coldmark none", () => {
  const terms = { messagesPerSecond: 1_500, gateways: 300, seconds: 20, outageSeconds: 60 };
  const result = {
    fault: "kill -9",
    acknowledged: 30_000,
    expected: 30_000,
    stored: 30_000,
    lost: 0,
  } as const;
  const figures = lossFigures(
    [
      { ...result, contender: "coldmark" },
      { ...result, contender: "node-red", lost: 3 },
      { ...result, contender: "coldmark", lost: 1 },
    ],
    terms,
  );
  expect(figures.map(({ peer, value, met }) => [peer, value, met])).toEqual([
    [undefined, 1, false],
    ["node-red", 3, null],
  ]);
});
