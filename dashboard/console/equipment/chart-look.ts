import type { Say } from "../words.ts";
import type { ChartPaint } from "./chart-paint.ts";

/** China has one zone (UTC+8): times are shifted and shown as UTC, so that the axis breaks at Beijing's midnight. */
export const zoneShiftMs = 8 * 3_600_000;

/** What a chart is drawn from besides its data. */
export interface ChartLook {
  readonly say: Say;
  readonly paint: ChartPaint;
  readonly names: ReadonlyMap<string, string>;
  /** Sensors that are switched off. */
  readonly hidden: ReadonlySet<string>;
  readonly narrow: boolean;
}
