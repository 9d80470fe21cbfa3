/** The windows of an equipment's stretch: which version counts for coverage, which can only make things worse. */
import type { ProvedEntry, ProvedStream } from "#domain/log/open-streams.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import { type WindowBody, windowOf } from "./bodies.ts";
import { lateSealMs } from "./policy.ts";
import {
  isFullyStated,
  type JudgingRoster,
  judgingOf,
  type ShownRosters,
  shownRosters,
} from "./shown-rosters.ts";

/** The extremes that any version of a window states of one point (milli-°C). */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** One window with the version that counts, the rosters it is judged by, and the extremes of all versions (milli-°C). */
export interface SealedWindow {
  readonly from: number;
  readonly to: number;
  readonly body: WindowBody | null;
  /** Null where one that it names is not shown. */
  readonly rosters: readonly JudgingRoster[] | null;
  /** It names each roster that was in force, as far as is known, and they list every point that it states. */
  readonly isFullyStated: boolean;
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
  const rosters = shownRosters(stream, contents.references.values());
  return [...byStart.values()]
    .map((versions) => joinVersions(versions, { rosters, span, asOf }))
    .sort((a, b) => a.from - b.from);
}

/** Gaps are taken from the newest version that was sealed in time, extremes from all of them (design §5). */
function joinVersions(
  versions: readonly ProvedEntry[],
  { rosters, span, asOf }: { rosters: ShownRosters; span: { from: number; to: number }; asOf: number },
): SealedWindow {
  const inTime = versions.filter((entry) => (entry.sealedAt ?? asOf) - (entry.header?.to ?? 0) <= lateSealMs);
  const chosen = (inTime.at(-1) ?? versions.at(-1)) as ProvedEntry;
  const opened = versions.flatMap((entry) => {
    const body = windowOf(entry);
    return body === null ? [] : [{ seq: entry.seq, body }];
  });
  const counted = opened.find(({ seq }) => seq === chosen.seq);
  const [from, to] = [chosen.header?.from ?? 0, chosen.header?.to ?? 0];
  const extremes = extremesOf(opened.map(({ body }) => body));
  const values = [...extremes.values()];
  return {
    ...{ from, to, extremes, body: counted?.body ?? null },
    ...rostersOver(rosters, { from, to }, counted === undefined ? [] : [counted, ...opened], span),
    readings: chosen.readings?.filter(([, ts]) => ts >= from && ts < to) ?? null,
    lowestMilliC: values.length === 0 ? null : values.map(({ min }) => min).reduce((a, b) => Math.min(a, b)),
    highestMilliC: values.length === 0 ? null : values.map(({ max }) => max).reduce((a, b) => Math.max(a, b)),
    sealedLate: inTime.length === 0,
    isOpened: opened.length === versions.length,
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

/** At an edge of the span a roster that was in force in the rest of the window only says nothing of it. */
function rostersOver(
  shown: ShownRosters,
  window: { readonly from: number; readonly to: number },
  versions: readonly { readonly seq: number; readonly body: WindowBody }[],
  span: { readonly from: number; readonly to: number },
): Pick<SealedWindow, "rosters" | "isFullyStated"> {
  const [counted] = versions;
  const judging = judgingOf(shown, window, versions);
  if (counted === undefined || judging === null) return { rosters: null, isFullyStated: false };
  return {
    rosters: judging.rosters.filter(({ from, until }) => from < span.to && until > span.from),
    isFullyStated: isFullyStated({ ...window, ...counted, ...judging }),
  };
}
