import type { Chart } from "#api/console-shapes.ts";

const heads = ["time_utc", "sensor", "min_c", "max_c", "mean_c", "readings", "late_readings"];

/** What a chart shows as CSV (RFC 4180): one line for each sensor and stretch of time, times ISO 8601 UTC. */
export function chartCsv(chart: Chart, names: ReadonlyMap<string, string>): string {
  const rows = chart.series.flatMap(({ sensor, buckets }) =>
    buckets.map(([at, minC, maxC, meanC, n, late]) => [
      new Date(at).toISOString(),
      cell(names.get(sensor) ?? sensor),
      minC,
      maxC,
      Math.round(meanC * 1000) / 1000,
      n,
      late,
    ]),
  );
  return [heads, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/** Quoted where needed; a name that a spreadsheet would take for a formula gets an apostrophe first. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
