/** The readings of an equipment bundle, laid under the windows that sealed them: none changed, left out or added. */
import type { Sha256 } from "#domain/log/merkle.ts";
import { type ProvedEntry, type ProvedStream, StreamFault } from "#domain/log/open-streams.ts";
import type { ReadingColumns, ReadingSpan } from "#domain/log/reading-columns.ts";
import { ReadingLeaves } from "#domain/log/reading-leaves.ts";
import { type WindowBody, windowOf } from "./bodies.ts";
import { firstAt } from "./first-at.ts";

/** A window by its newest version, with every reading in it; `earlier` are the versions that it replaced. */
export interface ShownWindow {
  readonly from: number;
  readonly to: number;
  readonly entry: ProvedEntry;
  readonly body: WindowBody;
  readonly earlier: readonly WindowBody[];
  readonly readings: ReadingSpan;
}

/** Windows tile time; where a setting changed a few may overlap, but no reading lies under many. */
const windowsOverReadingMax = 4;

/**
 * The windows that overlap [from, to), in order, each with its readings, which are given in order of time.
 * @throws StreamFault TAMPERED naming the first window whose readings are not the sealed ones, and for readings under none
 */
export function matchReadings(
  stream: ProvedStream,
  readings: ReadingColumns,
  span: { readonly from: number; readonly to: number },
  sha256: Sha256,
): ShownWindow[] {
  const leaves = new ReadingLeaves(readings, sha256);
  const versions = Map.groupBy(stream.entries.filter(isWindowIn(span)), ({ header }) => header?.from ?? 0);
  let left = windowsOverReadingMax * readings.length;
  const windows = [...versions.values()].map((own) => {
    const { from = 0, to = 0 } = own.at(-1)?.header ?? {};
    const first = firstAt(readings.times, from, (ts) => ts);
    const end = Math.max(
      first,
      firstAt(readings.times, to, (ts) => ts),
    );
    left -= end - first;
    if (left < 0) throw new StreamFault("MALFORMED", "too many windows overlap");
    return shownWindow(own, { columns: readings, first, end }, leaves);
  });
  windows.sort((a, b) => a.from - b.from);
  refuseStray(windows, readings);
  return windows;
}

/** Whether an entry is a window, sealed in time or late, that overlaps a time. */
export function isWindowIn({ from, to }: { readonly from: number; readonly to: number }) {
  return ({ header }: Pick<ProvedEntry, "header">): boolean =>
    (header?.kind === "segment" || header?.kind === "late") && header.from < to && header.to > from;
}

/** How a window is named to people. */
export function nameOf({ from }: { readonly from: number }): string {
  return `the window from ${timeOf(from)}`;
}

/** A bundle may state any integer as a time; not every one is a date. */
function timeOf(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? `${ms} ms` : at.toISOString();
}

function shownWindow(
  versions: readonly ProvedEntry[],
  readings: ReadingSpan,
  leaves: ReadingLeaves,
): ShownWindow {
  const entry = versions.at(-1) as ProvedEntry;
  const { from = 0, to = 0 } = entry.header ?? {};
  const bodies = versions.map(windowOf).filter((body) => body !== null);
  const body = bodies.at(-1);
  if (body === undefined || bodies.length < versions.length) {
    throw new StreamFault("MALFORMED", `${nameOf({ from })} does not say what windows say`);
  }
  if (leaves.root(readings) !== body.data) {
    throw new StreamFault("TAMPERED", `the readings of ${nameOf({ from })} are not those that were sealed`);
  }
  return { from, to, entry, body, earlier: bodies.slice(0, -1), readings };
}

function refuseStray(windows: readonly ShownWindow[], { times, length }: ReadingColumns): void {
  let at = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row += 1) {
    const ts = times[row] as number;
    for (let next = windows[at]; next !== undefined && next.from <= ts; next = windows[at]) {
      until = Math.max(until, next.to);
      at += 1;
    }
    if (ts >= until) {
      throw new StreamFault("TAMPERED", `a reading at ${timeOf(ts)} lies in no window that is shown`);
    }
  }
}
