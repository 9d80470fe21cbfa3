import type { Chart } from "#api/console-shapes.ts";
import { formatTemperature } from "../../i18n/format.ts";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { sensorLook } from "./chart-paint.ts";

interface ChartStatsProps {
  readonly chart: Chart;
  readonly names: ReadonlyMap<string, string>;
  readonly hidden: ReadonlySet<string>;
  readonly toggle: (sensor: string) => void;
}

const heads = ["sensor", "min", "max", "mean", "coverage", "readings"] as const;

/** The figures of each sensor in the period; its name switches its line on and off. */
export function ChartStats({ chart, names, hidden, toggle }: ChartStatsProps) {
  const { say } = useWords();
  const limits = [chart.lowerLimitC, chart.upperLimitC];
  const degrees = (celsius: number | null) => (celsius === null ? "–" : formatTemperature(celsius, limits));
  const rows = chart.series.map(({ sensor, minC, maxC, meanC, coverage, n, late }, index) => ({
    key: sensor,
    cells: [
      <label key="switch" className="choice">
        <input type="checkbox" checked={!hidden.has(sensor)} onChange={() => toggle(sensor)} />
        <Swatch index={index} />
        {names.get(sensor) ?? sensor}
      </label>,
      degrees(minC),
      degrees(maxC),
      degrees(meanC),
      percent(coverage),
      late > 0 ? say.text("stats.withLate", { n, late }) : n,
    ],
  }));
  return (
    <Table
      className="stats"
      caption={say.text("stats.title")}
      heads={heads.map((head) => say.text(`stats.${head}`))}
      rows={rows}
    />
  );
}

/** Rounded down: what has a hole is never told as whole. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function Swatch({ index }: { index: number }) {
  const { colour, dash } = sensorLook(index);
  return (
    <svg className={`swatch sensor-${colour + 1}`} viewBox="0 0 28 8" aria-hidden="true" focusable="false">
      <path d="M0 4h28" strokeDasharray={dash.length === 0 ? undefined : dash.join(" ")} />
    </svg>
  );
}
