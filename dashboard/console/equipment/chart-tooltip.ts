import type { Chart } from "#api/console-shapes.ts";
import { formatTemperature, formatTime } from "../../i18n/format.ts";
import type { ChartLook } from "./chart-look.ts";
import type { Bucket } from "./chart-runs.ts";

/** What the chart says at a moment (epoch ms): each sensor's lowest, highest and mean there, or that it gave nothing. */
export function tooltipText(
  chart: Chart,
  atMs: number,
  { say, names, hidden }: Pick<ChartLook, "say" | "names" | "hidden">,
): string {
  const lines = chart.series
    .filter(({ sensor }) => !hidden.has(sensor))
    .map(({ sensor, buckets }) => {
      const name = names.get(sensor) ?? sensor;
      const bucket = bucketAt(buckets, atMs, chart.bucketMs);
      return `${name}  ${bucket === undefined ? say.text("chart.noReading") : readingIn(bucket)}`;
    });
  return [formatTime(say.lang, atMs), ...lines].join("\n");

  function readingIn([, minC, maxC, meanC, n, late]: Bucket): string {
    const mean = formatTemperature(meanC, [chart.lowerLimitC, chart.upperLimitC]);
    const told = n > 1 && minC < maxC ? say.text("chart.reading", { mean, minC, maxC }) : mean;
    return late > 0 ? `${told} ◇ ${say.text("chart.late")}` : told;
  }
}

function bucketAt(buckets: readonly Bucket[], atMs: number, bucketMs: number): Bucket | undefined {
  return buckets.find(([start]) => start <= atMs && atMs < start + bucketMs);
}
