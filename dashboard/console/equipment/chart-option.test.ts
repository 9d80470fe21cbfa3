import { describe, expect, it } from "vitest";
import { sayIn } from "../words.ts";
import { type ChartLook, zoneShiftMs } from "./chart-look.ts";
import { chartOption } from "./chart-option.ts";
import { readPaint, sensorLook } from "./chart-paint.ts";
import { tooltipText } from "./chart-tooltip.ts";
import { sampleChart, sampleNoonMs } from "./sample-chart.ts";

const minuteMs = 60_000;
const paint = readPaint(
  (name) => name,
  (colour) => ({ hatched: colour }),
);
const look: ChartLook = {
  say: sayIn("en", [2, 8]),
  paint,
  names: new Map([["s1", "top"]]),
  hidden: new Set<string>(),
  narrow: false,
};
interface Drawn {
  readonly type: string;
  readonly name?: string;
  readonly data: (number | null)[][];
  readonly markArea?: { data: { xAxis?: number; yAxis?: number }[][] };
  readonly markLine?: { data: { yAxis: number }[] };
  readonly renderItem?: (...args: unknown[]) => { shape: Record<string, unknown> } | null;
}
const drawn = (change: Partial<ChartLook> = {}, chart = sampleChart()) =>
  chartOption(chart, { ...look, ...change }).series as Drawn[];

describe("the chart", () => {
  it("carries the limits, their band, the excursion and the gap, in Beijing time", () => {
    const [frame] = drawn();
    expect(frame?.markLine?.data.map(({ yAxis }) => yAxis)).toEqual([8, 2]);
    expect(frame?.markArea?.data[0]?.map(({ yAxis }) => yAxis)).toEqual([2, 8]);
    const stretches = frame?.markArea?.data.slice(1).map((ends) => ends.map(({ xAxis = 0 }) => xAxis));
    const minute = (m: number) => sampleNoonMs + m * minuteMs + zoneShiftMs;
    expect(stretches).toEqual([
      [minute(20), minute(40)],
      [minute(20), minute(50)],
    ]);
  });

  it("draws a gap of the equipment itself when no sensor lay there at all", () => {
    const { from, to } = sampleChart();
    const bare = sampleChart({ series: [], excursions: [], gaps: [{ sensor: "", from, to: null }] });
    const series = drawn({}, bare);
    const ends = [from + zoneShiftMs, to + zoneShiftMs];
    const [, gap] = series[0]?.markArea?.data ?? [];
    expect(gap?.map(({ xAxis }) => xAxis)).toEqual(ends);
    expect(series.find(({ name }) => name === "No data")?.data).toEqual([[...ends, 0]]);
  });

  it("draws shade, mean and late marks of each sensor, and breaks the mean where nothing was measured", () => {
    const series = drawn();
    expect(series.filter(({ name }) => name === "top").map(({ type }) => type)).toEqual([
      "custom",
      "line",
      "scatter",
    ]);
    const lines = series.filter(({ type }) => type === "line").slice(1);
    expect(lines[0]?.data.map(([, meanC]) => meanC)).toEqual([4.5, 4.6, 9, 8.5, 5.5, 4.5]);
    expect(lines[1]?.data.map(([, meanC]) => meanC)).toEqual([3.5, 3.5, null, 3.5]);
    expect(series.find(({ type }) => type === "scatter")?.data).toEqual([
      [sampleNoonMs + 25 * minuteMs + zoneShiftMs, 9],
    ]);
  });

  it("thins out late marks, so that they don't hide the line", () => {
    const [first] = sampleChart().series;
    const buckets = Array.from({ length: 500 }, (_, i) => [sampleNoonMs + i, 4, 5, 4.5, 1, 1] as const);
    const many = sampleChart({
      series: first ? [{ ...first, buckets: buckets.map((one) => [...one]) }] : [],
    });
    expect(drawn({}, many).find(({ type }) => type === "scatter")?.data).toHaveLength(36);
  });

  it("shades from the lowest to the highest reading", () => {
    const shade = drawn().find(({ type }) => type === "custom");
    const shape = shade?.renderItem?.({ dataIndex: 0 }, { coord: ([, y]: number[]) => [0, y] })?.shape;
    const heights = ((shape?.points ?? []) as number[][]).map(([, y]) => y);
    expect(heights).toEqual([5, 5.1, 9.5, 9, 6, 5, 4, 5, 8.1, 8.2, 4.2, 4]);
  });

  it("leaves out a sensor that is switched off, with its excursions and gaps", () => {
    const series = drawn({ hidden: new Set(["s1"]) });
    expect(series.some(({ name }) => name === "top")).toBe(false);
    expect(series[0]?.markArea?.data).toHaveLength(2);
  });

  it("shows doors and power cuts; what goes on ends where the chart ends, what is short stays visible", () => {
    const [doors, power] = drawn().filter(({ name }) => name === "Door open" || name === "Power cut");
    const end = sampleChart().to + zoneShiftMs;
    expect(power?.data).toEqual([[sampleNoonMs + 15 * minuteMs + zoneShiftMs, end, 2]]);
    const point = { value: (at: number) => [5, 5.5, 1][at], coord: ([x, y]: number[]) => [x, y] };
    const at = { coordSys: { x: 0, width: 100 } };
    expect(doors?.renderItem?.(at, point)?.shape).toMatchObject({ x: 5, width: 3 });
    const outside = { ...point, value: (dimension: number) => [200, 300, 1][dimension] };
    expect(doors?.renderItem?.(at, outside)).toBeNull();
  });

  it("spreads over what was measured and both limits", () => {
    const axes = chartOption(sampleChart(), look).yAxis as { min: number; max: number }[];
    expect(axes[0]).toMatchObject({ min: 0, max: 10 });
  });
});

it("the tooltip tells each sensor, what came late and where nothing was measured", () => {
  expect(tooltipText(sampleChart(), sampleNoonMs + 22 * minuteMs, look)).toBe(
    "1 Mar 2026, 12:22 (Beijing time)\ntop  9.0 °C ◇ came late\ns2  no reading",
  );
});

it("colours repeat after eight, with another dash from the fifth on", () => {
  expect([0, 3, 4, 8].map((index) => sensorLook(index))).toEqual([
    { colour: 0, dash: [] },
    { colour: 3, dash: [] },
    { colour: 4, dash: [6, 3] },
    { colour: 0, dash: [2, 3] },
  ]);
});
