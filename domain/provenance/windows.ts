/** The windows of an equipment's stretch: which version counts for coverage, which can only make things worse. */
import type { ProvedEntry, ProvedStream } from "#domain/log/open-streams.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import { type RosterBody, rosterOf, type WindowBody, windowOf } from "./bodies.ts";
import { lateSealMs } from "./policy.ts";

/** The extremes that any version of a window states of one point (milli-°C). */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** One window with the version that counts, the roster it names, and the extremes of all versions (milli-°C). */
export interface SealedWindow {
  readonly from: number;
  readonly to: number;
  readonly body: WindowBody | null;
  readonly roster: RosterBody | null;
  /** The readings of the version that counts, those inside the window. */
  readonly readings: ProvedEntry["readings"];
  readonly lowestMilliC: number | null;
  readonly highestMilliC: number | null;
  /** By measuring point. */
  readonly extremes: ReadonlyMap<string, Extremes>;
  readonly sealedLate: boolean;
  /** Whether every version of it is opened: one that isn't might have been worse. */
  readonly isOpened: boolean;
}

/** The windows that overlap from … to, in order; `asOf` is when the newest anchor was proved. */
export function windowsOf(
  contents: ProvedContents,
  stream: ProvedStream,
  span: { from: number; to: number },
  asOf: number,
): SealedWindow[] {
  const byStart = new Map<number, ProvedEntry[]>();
  for (const entry of stream.entries) {
    const header = entry.header;
    if (header === null || (header.kind !== "segment" && header.kind !== "late")) continue;
    if (header.to <= span.from || header.from >= span.to) continue;
    byStart.set(header.from, [...(byStart.get(header.from) ?? []), entry]);
  }
  return [...byStart.values()]
    .map((versions) => joinVersions(contents, versions, asOf))
    .sort((a, b) => a.from - b.from);
}

/** Gaps are taken from the newest version that was sealed in time, extremes from all of them (design §5). */
function joinVersions(
  contents: ProvedContents,
  versions: readonly ProvedEntry[],
  asOf: number,
): SealedWindow {
  const inTime = versions.filter((entry) => (entry.sealedAt ?? asOf) - (entry.header?.to ?? 0) <= lateSealMs);
  const chosen = (inTime.at(-1) ?? versions.at(-1)) as ProvedEntry;
  const bodies = versions.map(windowOf);
  const [from, to] = [chosen.header?.from ?? 0, chosen.header?.to ?? 0];
  const body = bodies[versions.indexOf(chosen)] ?? null;
  const extremes = extremesOf(bodies.filter((each) => each !== null));
  const values = [...extremes.values()];
  return {
    ...{ from, to, body, extremes },
    roster: body === null ? null : rosterNamed(contents, chosen, body.roster),
    readings: chosen.readings?.filter(([, ts]) => ts >= from && ts < to) ?? null,
    lowestMilliC: values.length === 0 ? null : values.map(({ min }) => min).reduce((a, b) => Math.min(a, b)),
    highestMilliC: values.length === 0 ? null : values.map(({ max }) => max).reduce((a, b) => Math.max(a, b)),
    sealedLate: inTime.length === 0,
    isOpened: bodies.every((each) => each !== null),
  };
}

function extremesOf(bodies: readonly WindowBody[]): Map<string, Extremes> {
  const found = new Map<string, Extremes>();
  for (const { point, min, max } of bodies.flatMap(({ points }) => points)) {
    if (min === null || max === null) continue;
    const before = found.get(point);
    found.set(point, { min: Math.min(min, before?.min ?? min), max: Math.max(max, before?.max ?? max) });
  }
  return found;
}

/** The roster under a window: an entry of the same equipment, and older than the window. */
function rosterNamed(contents: ProvedContents, window: ProvedEntry, leaf: string): RosterBody | null {
  const shown = contents.streams.get(window.stream)?.entries.find((entry) => entry.leaf === leaf);
  const named = shown ?? contents.references.get(leaf);
  return named === undefined || named.stream !== window.stream || named.seq >= window.seq
    ? null
    : rosterOf(named);
}
