import type { Chart } from "#api/console-shapes.ts";
import { zoneShiftMs } from "./chart-look.ts";

/** One row under the chart: stretches of time of one kind; one without an end lasts until now. */
export interface EventRow {
  readonly name: string;
  readonly fill: unknown;
  readonly stretches: readonly { readonly from: number; readonly to: number | null }[];
}

interface Drawing {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

interface Frame {
  readonly coordSys: { readonly x: number; readonly width: number };
}

const heightPx = 10;
/** A door open for seconds is still to be seen on a month's chart. */
const widthMinPx = 3;

/** The drawing of the rows: a bar from start to end, each row in its own fill. */
export function eventSeries(chart: Chart, rows: readonly EventRow[]): object[] {
  return rows.map(({ name, fill, stretches }, row) => ({
    type: "custom",
    name,
    silent: true,
    clip: true,
    xAxisIndex: 1,
    yAxisIndex: 1,
    encode: { x: [0, 1], y: 2 },
    data: stretches.map(({ from, to }) => [from + zoneShiftMs, (to ?? chart.to) + zoneShiftMs, row]),
    renderItem: (frame: Frame, drawing: Drawing) => bar(frame, drawing, fill),
  }));
}

function bar({ coordSys }: Frame, drawing: Drawing, fill: unknown) {
  const row = drawing.value(2);
  const [from, y] = drawing.coord([drawing.value(0), row]);
  const [to] = drawing.coord([drawing.value(1), row]);
  const x = Math.max(from, coordSys.x);
  const end = Math.min(Math.max(to, from + widthMinPx), coordSys.x + coordSys.width);
  if (end <= x) return null;
  const shape = { x, y: y - heightPx / 2, width: end - x, height: heightPx };
  return { type: "rect", shape, style: { fill } };
}
