import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import {
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef, useState } from "react";
import type { Chart } from "#api/console-shapes.ts";
import { formatRange } from "../../i18n/format.ts";
import { useSay } from "../use-words.tsx";
import { zoneShiftMs } from "./chart-look.ts";
import { chartOption } from "./chart-option.ts";
import { readPaint } from "./chart-paint.ts";

use([
  CanvasRenderer,
  CustomChart,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  ScatterChart,
  TooltipComponent,
]);

const narrowPx = 560;

interface ChartCanvasProps {
  readonly chart: Chart;
  readonly names: ReadonlyMap<string, string>;
  readonly hidden: ReadonlySet<string>;
  /** Told what part is looked at closer (epoch ms), null for the whole. */
  readonly zoomed: (part: { fromMs: number; toMs: number } | null) => void;
}

/** The drawn chart. What it shows stands in words in its label, in the figures beneath and in the table. */
export function ChartCanvas({ chart, names, hidden, zoomed }: ChartCanvasProps) {
  const say = useSay(chart.lowerLimitC, chart.upperLimitC);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<EChartsType>(null);
  const { width, dark } = useSurroundings(place);
  useEffect(() => {
    if (place.current === null) return;
    const made = init(place.current, null, { renderer: "canvas" });
    drawing.current = made;
    return () => made.dispose();
  }, []);
  useEffect(() => {
    const hear = () => zoomed(partIn(drawing.current, chart));
    const made = drawing.current;
    zoomed(null);
    made?.on("datazoom", hear);
    return () => {
      made?.off("datazoom", hear);
    };
  }, [chart, zoomed]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `dark` changes the tokens that are read here
  useEffect(() => {
    const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const look = { say, names, hidden, narrow: width < narrowPx, paint: readPaint(token, hatch) };
    drawing.current?.resize();
    drawing.current?.setOption(chartOption(chart, look), { notMerge: true });
  }, [chart, names, hidden, say, width, dark]);
  const label = say.text("chart.label", {
    range: formatRange(say.lang, chart.from, chart.to),
    excursions: say.count("chart.excursions", chart.excursions.length),
    gaps: say.count("chart.gaps", chart.gaps.length),
  });
  return <div ref={place} className="canvas" role="img" aria-label={label} />;
}

/** The width of a place in px and whether the screen is dark, followed as they change. */
function useSurroundings(place: React.RefObject<HTMLDivElement | null>) {
  const [width, setWidth] = useState(0);
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const change = () => setDark(scheme.matches);
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    if (place.current !== null) observer.observe(place.current);
    scheme.addEventListener("change", change);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", change);
    };
  }, [place]);
  return { width, dark };
}

function partIn(drawing: EChartsType | null, chart: Chart): { fromMs: number; toMs: number } | null {
  const option = drawing?.getOption() as
    | { dataZoom?: { startValue?: number; endValue?: number }[] }
    | undefined;
  const { startValue, endValue } = option?.dataZoom?.[0] ?? {};
  if (startValue === undefined || endValue === undefined) return null;
  const part = { fromMs: startValue - zoneShiftMs, toMs: endValue - zoneShiftMs };
  const isWhole = part.toMs - part.fromMs > (chart.to - chart.from) * 0.98;
  return isWhole ? null : part;
}

const tilePx = 8;

/** A tile of slanted lines to fill what was not measured. */
function hatch(colour: string) {
  const image = document.createElement("canvas");
  image.width = tilePx;
  image.height = tilePx;
  const pen = image.getContext("2d");
  if (pen !== null) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const shift of [-tilePx, 0, tilePx]) {
      pen.moveTo(shift, tilePx);
      pen.lineTo(shift + tilePx, 0);
    }
    pen.stroke();
  }
  return { image, repeat: "repeat" };
}
