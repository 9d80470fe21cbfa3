import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Chart, Equipment } from "#api/console-shapes.ts";
import { formatRange } from "../../i18n/format.ts";
import { chartQuery } from "../queries.ts";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { ChartCanvas } from "./chart-canvas.tsx";
import { ChartStats } from "./chart-stats.tsx";
import { ChartTable } from "./chart-table.tsx";
import { customSearch, type PeriodSearch, periodOf, readPeriodSearch } from "./period.ts";
import { PeriodBar } from "./period-bar.tsx";
import { ProofDownload } from "./proof-download.tsx";
import { sensorNames } from "./sensor-names.ts";

/** The chart of one piece of equipment with its period, its figures for each sensor, and the same as a table. */
export function ChartSection({ equipment }: { equipment: Equipment }) {
  const { say } = useWords();
  const navigate = useNavigate();
  const search = readPeriodSearch(useSearch({ strict: false }) as Record<string, unknown>);
  const period = periodOf(search);
  const query = useQuery({ ...chartQuery(equipment.label, period), placeholderData: keepPreviousData });
  const go = (wanted: PeriodSearch) =>
    void navigate({
      to: "/equipment/$label",
      params: { label: equipment.label },
      search: wanted,
      resetScroll: false,
    });
  return (
    <section className="card chart" aria-labelledby="chart">
      <h2 id="chart">{say.text("chart.title")}</h2>
      <PeriodBar period={period} shown={query.data} go={go} />
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {query.data === undefined ? (
        query.isPending && <Skeleton lines={9} />
      ) : (
        <Shown chart={query.data} equipment={equipment} waiting={query.isPlaceholderData} go={go} />
      )}
    </section>
  );
}

interface ShownProps {
  readonly chart: Chart;
  readonly equipment: Equipment;
  readonly waiting: boolean;
  readonly go: (search: PeriodSearch) => void;
}

function Shown({ chart, equipment, waiting, go }: ShownProps) {
  const { say } = useWords();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [zoomed, setZoomed] = useState<{ fromMs: number; toMs: number } | null>(null);
  const names = sensorNames(equipment.sensors);
  const toggle = (sensor: string) =>
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(sensor)) after.add(sensor);
      return after;
    });
  const empty = chart.series.every(({ n }) => n === 0);
  return (
    <div aria-busy={waiting} className={waiting ? "waiting" : undefined}>
      {empty && <p className="note">{say.text("chart.empty")}</p>}
      <ChartCanvas chart={chart} names={names} hidden={hidden} zoomed={setZoomed} />
      <p className="zoomed">
        {zoomed && (
          <button type="button" onClick={() => go(customSearch(zoomed.fromMs, zoomed.toMs))}>
            {say.text("chart.detail", { range: formatRange(say.lang, zoomed.fromMs, zoomed.toMs) })}
          </button>
        )}
      </p>
      <p className="note">{say.text("chart.legend")}</p>
      <ChartStats chart={chart} names={names} hidden={hidden} toggle={toggle} />
      <ChartTable chart={chart} names={names} file={equipment.label} />
      <ProofDownload label={equipment.label} chart={chart} />
    </div>
  );
}
