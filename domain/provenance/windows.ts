/** The windows of an equipment's stretch: which version counts for coverage, which can only make things worse. */
import type { ProvedEntry, ProvedStream } from "#domain/log/open-streams.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import { type RosterBody, rosterOf, type WindowBody, windowOf } from "./bodies.ts";
import { lateSealMs } from "./policy.ts";

/** One window with the version that counts, the roster it names, and the extremes of all versions (milli-°C). */
export interface SealedWindow {
  readonly from: number;
  readonly to: number;
  readonly body: WindowBody | null;
  readonly roster: RosterBody | null;
  readonly readings: ProvedEntry["readings"];
  readonly lowestMilliC: number | null;
  readonly highestMilliC: number | null;
  readonly sealedLate: boolean;
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
  const body = windowOf(chosen);
  const extremes = bodies.flatMap((each) => each?.points ?? []);
  return {
    from: chosen.header?.from ?? 0,
    to: chosen.header?.to ?? 0,
    body,
    roster: body === null ? null : rosterNamed(contents, body.roster),
    readings: chosen.readings,
    lowestMilliC: least(extremes.map((point) => point.min)),
    highestMilliC: greatest(extremes.map((point) => point.max)),
    sealedLate: inTime.length === 0,
  };
}

function rosterNamed(contents: ProvedContents, leaf: string): RosterBody | null {
  const referenced = contents.references.get(leaf);
  if (referenced !== undefined) return rosterOf(referenced);
  for (const stream of contents.streams.values()) {
    const entry = stream.entries.find((candidate) => candidate.leaf === leaf);
    if (entry !== undefined) return rosterOf(entry);
  }
  return null;
}

function least(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
}

function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
}
