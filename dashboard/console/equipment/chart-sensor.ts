import type { Chart } from "#api/console-shapes.ts";
import { type ChartLook, zoneShiftMs } from "./chart-look.ts";
import { sensorLook } from "./chart-paint.ts";
import { type Bucket, runsOf } from "./chart-runs.ts";

type Series = Chart["series"][number];

/** What ECharts hands to a drawing function: where a point of the data lies on the canvas. */
interface Drawing {
  coord(point: readonly [number, number]): [number, number];
}

/** The drawing of one sensor: lowest to highest as a shade, the mean as a line, late readings as open marks. */
export function sensorSeries(chart: Chart, series: Series, index: number, look: ChartLook): object[] {
  const { colour, dash } = sensorLook(index);
  const color = look.paint.sensors[colour];
  const name = look.names.get(series.sensor) ?? series.sensor;
  const gaps = chart.gaps.filter(({ sensor }) => sensor === series.sensor);
  const runs = runsOf(series.buckets, gaps, chart);
  const late = thinned(series.buckets.filter((bucket) => bucket[5] > 0));
  return [
    {
      type: "custom",
      name,
      silent: true,
      clip: true,
      z: 2,
      data: runs.map((_, run) => [run]),
      encode: { x: -1, y: -1 },
      renderItem: envelope(runs, chart.bucketMs, color),
    },
    {
      type: "line",
      name,
      z: 3,
      showSymbol: runs.some((run) => run.length === 1),
      symbolSize: 3,
      lineStyle: { color, width: 1.75, type: dash.length === 0 ? "solid" : dash },
      itemStyle: { color },
      data: lineOf(runs, chart.bucketMs),
    },
    {
      type: "scatter",
      name,
      z: 4,
      symbol: "diamond",
      symbolSize: 8,
      silent: true,
      itemStyle: { color: look.paint.surface, borderColor: color, borderWidth: 1.5 },
      data: late.map((bucket) => [middleOf(bucket, chart.bucketMs), bucket[3]]),
    },
  ];
}

/** More marks than these hide the line they stand on. */
const marksMax = 36;

function thinned(late: readonly Bucket[]): Bucket[] {
  const step = Math.ceil(late.length / marksMax);
  return late.filter((_, index) => index % step === 0);
}

/** The mean of each bucket at its middle; an empty point breaks the line between runs. */
function lineOf(runs: readonly Bucket[][], bucketMs: number): (number | null)[][] {
  return runs.flatMap((run, index) => {
    const points: (number | null)[][] = run.map((bucket) => [middleOf(bucket, bucketMs), bucket[3]]);
    const first = run[0];
    return index === 0 || first === undefined ? points : [[middleOf(first, bucketMs) - 1, null], ...points];
  });
}

function middleOf([at]: Bucket, bucketMs: number): number {
  return at + bucketMs / 2 + zoneShiftMs;
}

function envelope(runs: readonly Bucket[][], bucketMs: number, fill: string | undefined) {
  return ({ dataIndex }: { dataIndex: number }, drawing: Drawing) => {
    const run = runs[dataIndex] ?? [];
    const at = (bucket: Bucket, celsius: number) => drawing.coord([middleOf(bucket, bucketMs), celsius]);
    const upper = run.map((bucket) => at(bucket, bucket[2]));
    const lower = run.map((bucket) => at(bucket, bucket[1])).reverse();
    return { type: "polygon", shape: { points: [...upper, ...lower] }, style: { fill, opacity: 0.2 } };
  };
}
