/** The period of a chart: the last so long until now, or from a moment to another (epoch ms). */
export type Period =
  | { readonly kind: "last"; readonly name: RangeName; readonly lengthMs: number }
  | { readonly kind: "custom"; readonly fromMs: number; readonly toMs: number };

/** The period as it stands in the address. */
export interface PeriodSearch {
  readonly range?: RangeName | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** China has one zone (UTC+8); what a person types is Beijing time. */
const beijingMs = 8 * hourMs;
const lengths = { "24h": dayMs, "7d": 7 * dayMs, "30d": 30 * dayMs } as const;
const shortestMs = 10 * 60_000;
const longestMs = 400 * dayMs;

/** The periods that have a name. */
export type RangeName = keyof typeof lengths;
/** The names, shortest first. */
export const rangeNames = Object.keys(lengths) as RangeName[];

/** What of an address speaks of the period; what is not understood is left out. */
export function readPeriodSearch(search: Readonly<Record<string, unknown>>): PeriodSearch {
  const from = momentOf(search.from);
  const to = momentOf(search.to);
  if (from !== null && to !== null && from < to && to - from <= longestMs) return customSearch(from, to);
  const range = rangeNames.find((name) => name === search.range);
  return range === undefined ? {} : { range };
}

/** The period that an address asks for; the last 24 hours when it asks for none. */
export function periodOf({ range, from, to }: PeriodSearch): Period {
  if (from !== undefined && to !== undefined)
    return { kind: "custom", fromMs: Date.parse(from), toMs: Date.parse(to) };
  const name = range ?? "24h";
  return { kind: "last", name, lengthMs: lengths[name] };
}

/** A period from a moment to another (epoch ms) as it stands in the address; never shorter than ten minutes. */
export function customSearch(fromMs: number, toMs: number): PeriodSearch {
  const middleMs = (fromMs + toMs) / 2;
  const halfMs = Math.min(Math.max(toMs - fromMs, shortestMs), longestMs) / 2;
  const iso = (ms: number) => new Date(Math.round(ms)).toISOString();
  return { from: iso(middleMs - halfMs), to: iso(middleMs + halfMs) };
}

/** The stretch beside or inside a period: `earlier`, `later` by half of it, `in` to its middle half, `out` to double. */
export function movedPeriod(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  move: "earlier" | "later" | "in" | "out",
): PeriodSearch {
  const halfMs = (toMs - fromMs) / 2;
  if (move === "earlier") return customSearch(fromMs - halfMs, toMs - halfMs);
  if (move === "later") return customSearch(fromMs + halfMs, toMs + halfMs);
  if (move === "in") return customSearch(fromMs + halfMs / 2, toMs - halfMs / 2);
  return customSearch(fromMs - halfMs, toMs + halfMs);
}

/** A moment (epoch ms) as a field of type datetime-local wants it, in Beijing time. */
export function toField(atMs: number): string {
  return new Date(atMs + beijingMs).toISOString().slice(0, 16);
}

/** What such a field holds as a moment (epoch ms), or null. */
export function fromField(value: string): number | null {
  const atMs = Date.parse(`${value}:00.000Z`);
  return Number.isNaN(atMs) ? null : atMs - beijingMs;
}

function momentOf(value: unknown): number | null {
  const atMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}
