/**
 * Where a pack was, from the statements about it and about what it was packed into (design §6): a pack is where
 * its last event, or its parent's, put it. A placement told too late leaves both places open until it was told.
 */
import type { ProvedContents } from "#domain/log/verify.ts";
import type { OrganisationKind } from "./answer.ts";
import type { EventBody } from "./bodies.ts";
import { countsFrom } from "./policy.ts";
import { eventsIn, isHiding, type ProofTimes, proofTimesOf } from "./timely-events.ts";

/** Where something was said to be; `stream` is the equipment's or site's. */
export interface Place {
  readonly kind: "equipment" | "site" | "unknown";
  readonly stream: string | null;
  readonly by: OrganisationKind | null;
}

/** A stay from … to at a place. `elsewhere` are further places that a late or corrected statement leaves possible. */
export interface Stay {
  readonly from: number;
  readonly to: number;
  readonly place: Place;
  readonly elsewhere: readonly Place[];
  readonly doubt: "PLACE_BACKDATED" | "CORRECTED_PLACE" | "WINDOW_NOT_OPENED" | null;
  readonly document: string | null;
}

interface Placement {
  readonly at: number;
  readonly counts: number;
  readonly place: Place | { readonly kind: "parent"; readonly stream: string; readonly by: OrganisationKind };
  readonly corrected: boolean;
  readonly document: string | null;
}

/** Boxes in boxes: a pallet holds cases, a case holds packs; more levels than this are not followed. */
const nestingMax = 6;
const nowhere: Place = { kind: "unknown", stream: null, by: null };
/** Whoever sends something off says where it was last: from then on it is there no more. */
const departures = new Set(["shipping", "departing"]);

interface Story {
  readonly contents: ProvedContents;
  readonly times: ProofTimes;
}

/** The stays of the stream's subject from its first statement until `until`; `asOf` is the newest proven anchor (epoch ms). */
export function custodyOf(contents: ProvedContents, stream: string, until: number, asOf: number): Stay[] {
  const story = { contents, times: proofTimesOf(contents, asOf) };
  return joinStays(staysOf(story, stream, { from: Number.NEGATIVE_INFINITY, to: until }, 0));
}

/** Unpacked, scanned or put on a shelf in the same equipment: one stay. */
function joinStays(stays: readonly Stay[]): Stay[] {
  const joined: Stay[] = [];
  for (const stay of stays) {
    const last = joined.at(-1);
    if (last !== undefined && isSameStay(last, stay)) joined.splice(-1, 1, { ...last, to: stay.to });
    else joined.push(stay);
  }
  return joined;
}

function isSameStay(a: Stay, b: Stay): boolean {
  const samePlace = a.place.stream !== null && a.place.stream === b.place.stream && a.place.by === b.place.by;
  return samePlace && a.to === b.from && a.doubt === null && b.doubt === null && a.document === b.document;
}

function staysOf(story: Story, stream: string, { from, to }: Span, depth: number): Stay[] {
  const shown = story.contents.streams.get(stream);
  const placements = eventsIn(shown, story.times)
    .map(placementBy)
    .filter((placement) => placement !== null)
    .sort((a, b) => a.at - b.at);
  const stays = placements.flatMap((placement, index) => {
    const span = {
      from: Math.max(placement.at, from),
      to: Math.min(placements[index + 1]?.at ?? to, to),
    };
    if (span.from >= span.to) return [];
    const earlier = stillPossible(placements, index);
    // A logger's file is handed over on arrival: the statement that ends a stay documents it.
    const document = placements[index + 1]?.document ?? null;
    return doubtful(placement, earlier, resolve(story, { ...placement, document }, span, depth));
  });
  if (shown === undefined || !isHiding(shown)) return stays;
  return stays.map((stay) => ({ ...stay, doubt: stay.doubt ?? "WINDOW_NOT_OPENED" }));
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A placement by its parent is the parent's own stays, as far as they are known. */
function resolve(story: Story, placement: Placement, span: Span, depth: number): Stay[] {
  const base = { elsewhere: [], doubt: null, document: placement.document };
  if (placement.place.kind !== "parent") return [{ ...span, place: placement.place, ...base }];
  const inside = depth < nestingMax ? staysOf(story, placement.place.stream, span, depth + 1) : [];
  const unknownHead = (inside[0]?.from ?? span.to) > span.from;
  const head = { from: span.from, to: inside[0]?.from ?? span.to, place: nowhere, ...base };
  return unknownHead ? [head, ...inside] : inside;
}

/** Splits stays where a placement begins to count: before that moment the earlier places are possible too. */
function doubtful(placement: Placement, earlier: readonly Place[], stays: readonly Stay[]): Stay[] {
  if (placement.corrected)
    return stays.map((stay) => ({ ...stay, doubt: "CORRECTED_PLACE", elsewhere: earlier }));
  return stays.flatMap((stay) => {
    if (stay.from >= placement.counts) return [stay];
    const early: Stay = {
      ...stay,
      to: Math.min(stay.to, placement.counts),
      doubt: "PLACE_BACKDATED",
      elsewhere: earlier,
    };
    return early.to === stay.to ? [early] : [early, { ...stay, from: early.to }];
  });
}

/** The places before a placement, back to the last one that counted by then: told late, none of those after it did. */
function stillPossible(placements: readonly Placement[], index: number): Place[] {
  const at = placements[index]?.at ?? 0;
  const before = placements.slice(0, index);
  const certain = before.findLastIndex((placement) => placement.counts <= at && !placement.corrected);
  return before.slice(Math.max(0, certain)).flatMap(({ place }) => (place.kind === "parent" ? [] : [place]));
}

/** What one statement says about the place; null when it says nothing about it. Of two at one moment the later told counts. */
function placementBy(event: EventBody): Placement | null {
  const by = event.by.role;
  const counts = countsFrom({ at: event.at, accepted: event.accepted, offline: event.by.offline });
  const base = {
    at: event.at,
    counts,
    corrected: event.corrects !== undefined,
    document: event.document ?? null,
  };
  if (event.role === "child" && event.action !== "DELETE" && event.parent !== null) {
    return event.parentKind === "equipment"
      ? { ...base, place: { kind: "equipment", stream: event.parent, by } }
      : { ...base, place: { kind: "parent", stream: event.parent, by } };
  }
  const departs = departures.has(event.step ?? "");
  if (event.place !== null && !departs)
    return { ...base, place: { kind: event.placeKind ?? "unknown", stream: event.place, by } };
  const leaves = departs || event.role === "child" || event.step === "transporting" || base.corrected;
  return leaves ? { ...base, place: { ...nowhere, by } } : null;
}
