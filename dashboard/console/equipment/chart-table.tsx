import { useState } from "react";
import type { Chart } from "#api/console-shapes.ts";
import { formatRange, formatTemperature, formatTime } from "../../i18n/format.ts";
import { download } from "../download.ts";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { chartCsv } from "./csv.ts";

interface ChartTableProps {
  readonly chart: Chart;
  readonly names: ReadonlyMap<string, string>;
  /** What the downloaded file is called. */
  readonly file: string;
}

const rowsMax = 200;

/** The chart as tables, what stands out first, and all of it as CSV made in the browser. */
export function ChartTable({ chart, names, file }: ChartTableProps) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <div className="as-table">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{say.text("table.title")}</summary>
        {open && (
          <>
            <Findings chart={chart} names={names} />
            <Readings chart={chart} names={names} />
          </>
        )}
      </details>
      <button type="button" onClick={() => download(csvOf(chart, names), `${file}.csv`)}>
        {say.text("table.csv")}
      </button>
    </div>
  );
}

function csvOf(chart: Chart, names: ReadonlyMap<string, string>): Blob {
  return new Blob([chartCsv(chart, names)], { type: "text/csv" });
}

function Findings({ chart, names }: Pick<ChartTableProps, "chart" | "names">) {
  const { say } = useWords();
  const limits = [chart.lowerLimitC, chart.upperLimitC];
  const rows = [
    ...chart.excursions.map((one) => ({
      ...one,
      what: say.text(one.direction === "high" ? "table.warm" : "table.cold", {
        extreme: formatTemperature(one.extremeC, limits),
      }),
    })),
    ...chart.gaps.map((one) => ({ ...one, what: say.text("chart.row.gaps") })),
    ...chart.doors.map((one) => ({ ...one, sensor: "", what: say.text("chart.row.doors") })),
    ...chart.powerCuts.map((one) => ({ ...one, sensor: "", what: say.text("chart.row.power") })),
  ].sort((a, b) => a.from - b.from);
  if (rows.length === 0) return <p>{say.text("table.nothing")}</p>;
  return (
    <>
      <h3>{say.text("table.findings")}</h3>
      <Table
        caption={say.text("table.findings")}
        heads={[say.text("table.what"), say.text("stats.sensor"), say.text("table.time")]}
        rows={rows.map(({ from, to, sensor, what }) => ({
          key: `${what} ${sensor} ${from}`,
          cells: [
            what,
            names.get(sensor) ?? (sensor || "–"),
            to === null ? say.text("table.ongoing", { since: from }) : formatRange(say.lang, from, to),
          ],
        }))}
      />
    </>
  );
}

const readingHeads = [
  "table.time",
  "stats.sensor",
  "stats.min",
  "stats.max",
  "stats.mean",
  "table.late",
] as const;

function Readings({ chart, names }: Pick<ChartTableProps, "chart" | "names">) {
  const { say } = useWords();
  const limits = [chart.lowerLimitC, chart.upperLimitC];
  const rows = chart.series
    .flatMap(({ sensor, buckets }) => buckets.map((bucket) => ({ sensor, bucket })))
    .sort((a, b) => b.bucket[0] - a.bucket[0]);
  return (
    <>
      <h3>{say.text("table.readings")}</h3>
      {rows.length > rowsMax && <p>{say.text("table.cut", { shown: rowsMax, all: rows.length })}</p>}
      <Table
        caption={say.text("table.readings")}
        heads={readingHeads.map((head) => say.text(head))}
        rows={rows.slice(0, rowsMax).map(({ sensor, bucket: [at, minC, maxC, meanC, , late] }) => ({
          key: `${sensor} ${at}`,
          cells: [
            formatTime(say.lang, at),
            names.get(sensor) ?? sensor,
            ...[minC, maxC, meanC].map((celsius) => formatTemperature(celsius, limits)),
            late,
          ],
        }))}
      />
    </>
  );
}
