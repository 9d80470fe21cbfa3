import type { Chart } from "#api/console-shapes.ts";
import { type EventRow, eventSeries } from "./chart-events.ts";
import { type ChartLook, zoneShiftMs } from "./chart-look.ts";
import type { ChartPaint } from "./chart-paint.ts";
import { sensorSeries } from "./chart-sensor.ts";
import { tooltipText } from "./chart-tooltip.ts";

const spareC = 1;

/** The option object of ECharts for a chart: band, limits, excursions, gaps, an envelope and a mean for each sensor, events. */
export function chartOption(chart: Chart, look: ChartLook): Record<string, unknown> {
  const { paint, narrow } = look;
  const shown = chart.series.filter(({ sensor }) => !look.hidden.has(sensor));
  const rows = eventRows(chart, look);
  const left = narrow ? 62 : 84;
  const stripTop = 330;
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: "inherit", color: paint.ink },
    grid: [
      { left, right: 14, top: 14, height: 276 },
      { left, right: 14, top: stripTop, height: rows.length * 18 },
    ],
    xAxis: [
      { ...timeAxis(chart, paint), gridIndex: 0 },
      { ...timeAxis(chart, paint), gridIndex: 1, axisLabel: { show: false }, axisTick: { show: false } },
    ],
    yAxis: [degreesAxis(chart, shown, paint), rowsAxis(rows, paint)],
    dataZoom: zooms(paint, left, stripTop + rows.length * 18 + 16),
    tooltip: tooltip(chart, look),
    series: [
      frame(chart, look),
      ...chart.series.flatMap((series, index) =>
        look.hidden.has(series.sensor) ? [] : sensorSeries(chart, series, index, look),
      ),
      ...eventSeries(chart, rows),
    ],
  };
}

function eventRows(chart: Chart, { say, paint, hidden }: ChartLook): EventRow[] {
  return [
    {
      name: say.text("chart.row.gaps"),
      fill: paint.hatch,
      stretches: chart.gaps.filter(({ sensor }) => !hidden.has(sensor)),
    },
    { name: say.text("chart.row.doors"), fill: paint.door, stretches: chart.doors },
    { name: say.text("chart.row.power"), fill: paint.power, stretches: chart.powerCuts },
  ];
}

function timeAxis(chart: Chart, paint: ChartPaint) {
  return {
    type: "time",
    min: chart.from + zoneShiftMs,
    max: chart.to + zoneShiftMs,
    axisLine: { lineStyle: { color: paint.line } },
    axisLabel: {
      color: paint.soft,
      hideOverlap: true,
      formatter: {
        year: "{yyyy}",
        month: "{MM}-{dd}",
        day: "{MM}-{dd}",
        hour: "{HH}:{mm}",
        minute: "{HH}:{mm}",
      },
    },
    splitLine: { show: false },
  };
}

function degreesAxis(chart: Chart, shown: Chart["series"], paint: ChartPaint) {
  const known = shown.flatMap(({ minC, maxC }) => [minC, maxC]).filter((value) => value !== null);
  return {
    type: "value",
    gridIndex: 0,
    // Even ends give round steps between them.
    min: Math.floor(Math.min(chart.lowerLimitC - spareC, ...known) / 2) * 2,
    max: Math.ceil(Math.max(chart.upperLimitC + spareC, ...known) / 2) * 2,
    axisLabel: { color: paint.soft, formatter: (value: number) => `${value} °C`.replace("-", "−") },
    splitLine: { lineStyle: { color: paint.line, opacity: 0.5 } },
  };
}

function rowsAxis(rows: readonly EventRow[], paint: ChartPaint) {
  return {
    type: "category",
    gridIndex: 1,
    inverse: true,
    data: rows.map(({ name }) => name),
    axisLabel: { color: paint.soft, interval: 0 },
    axisTick: { show: false },
    axisLine: { show: false },
    splitLine: { show: true, lineStyle: { color: paint.line, opacity: 0.5 } },
  };
}

/** The wheel stays the page's unless Ctrl is held. */
function zooms(paint: ChartPaint, left: number, top: number) {
  const both = { xAxisIndex: [0, 1], filterMode: "none" };
  return [
    {
      ...both,
      type: "inside",
      zoomOnMouseWheel: "ctrl",
      moveOnMouseMove: true,
      preventDefaultMouseMove: false,
    },
    {
      ...both,
      type: "slider",
      left,
      right: 14,
      top,
      height: 26,
      showDetail: false,
      brushSelect: false,
      borderColor: paint.line,
      fillerColor: paint.band,
      handleStyle: { color: paint.surface, borderColor: paint.limit },
      moveHandleStyle: { color: paint.soft },
      dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
      selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
    },
  ];
}

function tooltip(chart: Chart, look: ChartLook) {
  const { paint } = look;
  return {
    trigger: "axis",
    // The policy of our pages allows no style attributes in markup, so the box is drawn, not written.
    renderMode: "richText",
    confine: true,
    backgroundColor: paint.surface,
    borderColor: paint.line,
    textStyle: { color: paint.ink, fontSize: 13 },
    formatter: (params: readonly { axisValue?: number }[]) => {
      const x = params[0]?.axisValue;
      return x === undefined ? "" : tooltipText(chart, x - zoneShiftMs, look);
    },
  };
}

/** A series without data that carries what belongs to no sensor: band, limits, excursions, gaps. */
function frame(chart: Chart, { paint, hidden, say }: ChartLook) {
  const { lowerLimitC, upperLimitC } = chart;
  const span = (from: number, to: number | null, style: object) => [
    { xAxis: from + zoneShiftMs, ...style },
    { xAxis: (to ?? chart.to) + zoneShiftMs },
  ];
  const visible = <T extends { sensor: string }>(all: readonly T[]) =>
    all.filter(({ sensor }) => !hidden.has(sensor));
  const warm = visible(chart.excursions).map(({ from, to }) =>
    span(from, to, { itemStyle: { color: paint.stopGround, opacity: 0.75 } }),
  );
  const gaps = visible(chart.gaps).map(({ from, to }) =>
    span(from, to, { itemStyle: { color: paint.hatch, opacity: 0.45 } }),
  );
  const band = [
    { yAxis: lowerLimitC, itemStyle: { color: paint.band, opacity: 0.45 } },
    { yAxis: upperLimitC },
  ];
  const limit = (yAxis: number, position: string) => ({
    yAxis,
    label: {
      formatter: say.text("chart.limit", { limitC: yAxis }),
      position,
      color: paint.ink,
      backgroundColor: paint.surface,
      padding: [1, 4],
    },
  });
  return {
    type: "line",
    data: [],
    silent: true,
    z: 1,
    markArea: { silent: true, data: [band, ...warm, ...gaps] },
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: paint.limit, type: "solid", width: 1.5 },
      data: [limit(upperLimitC, "insideStartTop"), limit(lowerLimitC, "insideStartBottom")],
    },
  };
}
