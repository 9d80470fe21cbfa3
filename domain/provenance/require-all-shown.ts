/** What an equipment bundle may not leave out of its streams: nobody could tell what stands there. */
import { isWhole, type ProvedEntry, type ProvedStream, StreamFault } from "#domain/log/open-streams.ts";
import { isWindowIn, nameOf } from "./match-readings.ts";
import { stretchTailMs } from "./policy.ts";

/**
 * The equipment's stretch holds all that was sealed of [from, to), each entry opened that speaks of it, and the stream of
 * each site that its rosters name is whole.
 * @throws StreamFault BAD_PATH naming what is left out
 */
export function requireAllShown(
  stream: ProvedStream,
  streams: readonly ProvedStream[],
  sites: readonly string[],
  span: { readonly from: number; readonly to: number },
): void {
  const sealedBefore = stream.seen.findLast(({ at }) => at <= span.from)?.seq ?? -1;
  if (stream.from > sealedBefore + 1) throw left("the equipment's stream begins after the bundle's time");
  if (stream.endsAt !== null && stream.endsAt < span.to + stretchTailMs)
    throw left("the equipment's stream ends before all that may come late");
  for (const entry of stream.entries) requireOpened(entry, span);
  for (const site of sites) {
    const shown = streams.find((one) => one.stream === site);
    if (shown === undefined || !isWhole(shown) || shown.entries.some(({ body }) => body === undefined))
      throw left("the bundle leaves out the stream of the equipment's site, or a part of it");
  }
}

/** The streams of the sites that an equipment stood at, by its rosters. */
export function siteStreamsOf(rosters: readonly Pick<ProvedEntry, "body">[]): string[] {
  const sites = rosters.map(({ body }) => (body as { site?: unknown } | null | undefined)?.site);
  return [...new Set(sites.filter((site) => typeof site === "string"))];
}

/** Windows of other times may show their header alone; it says which time they are of. */
function requireOpened(
  { seq, header, body, readings }: ProvedEntry,
  span: { from: number; to: number },
): void {
  if (readings !== null)
    throw new StreamFault("MALFORMED", "readings travel as CSV, not in an entry of the stream");
  if (body !== undefined) return;
  if (header === null) throw left(`entry ${seq} of the equipment's stream is not opened`);
  const isWindow = header.kind === "segment" || header.kind === "late";
  if (!isWindow) throw left(`entry ${seq} of the equipment's stream, a ${header.kind}, is not opened`);
  if (isWindowIn(span)({ header })) throw left(`${nameOf(header)} is not opened`);
}

function left(reason: string): StreamFault {
  return new StreamFault("BAD_PATH", reason);
}
