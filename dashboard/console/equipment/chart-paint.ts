/** The colours a chart is painted with, as the page's own tokens have them; `hatch` is whatever the canvas can fill with. */
export interface ChartPaint {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly surface: string;
  readonly band: string;
  readonly limit: string;
  readonly stop: string;
  readonly stopGround: string;
  readonly door: string;
  readonly power: string;
  readonly hatch: unknown;
  readonly sensors: readonly string[];
}

const sensorColours = 8;

/** Reads the colours from the page's tokens; `hatch` is made from the token of the same name. */
export function readPaint(token: (name: string) => string, hatchOf: (colour: string) => unknown): ChartPaint {
  return {
    ink: token("--ink"),
    soft: token("--ink-soft"),
    line: token("--line"),
    surface: token("--surface"),
    band: token("--band"),
    limit: token("--bar"),
    stop: token("--stop-ink"),
    stopGround: token("--stop-ground"),
    door: token("--bar"),
    power: token("--caution-ink"),
    hatch: hatchOf(token("--hatch")),
    sensors: Array.from({ length: sensorColours }, (_, index) => token(`--sensor-${index + 1}`)),
  };
}

/** How a sensor's line looks; from the fifth on it is dashed too, so that colour doesn't speak alone. */
export function sensorLook(index: number): { readonly colour: number; readonly dash: number[] } {
  const dashes = [[], [6, 3], [2, 3], [10, 3, 2, 3]];
  return { colour: index % sensorColours, dash: dashes[Math.floor(index / 4) % dashes.length] ?? [] };
}
