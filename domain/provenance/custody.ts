/**
 * Where a pack was, from the statements about it and about what it was packed into (design §6): a pack is where
 * its last event, or its parent's, put it. A placement told too late leaves both places open until it was told.
 */
import type { ProvedContents } from "#domain/log/verify.ts";
import type { OrganisationKind } from "./answer.ts";
import { type EventBody, eventOf } from "./bodies.ts";
import { countsFrom } from "./policy.ts";

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
  readonly doubt: "PLACE_BACKDATED" | "CORRECTED_PLACE" | null;
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
const departures = new Set(["shipping", "departing", "transporting"]);

/** The stays of the stream's subject from its first statement until `until` (epoch ms). */
export function custodyOf(contents: ProvedContents, stream: string, until: number): Stay[] {
  return joinStays(staysOf(contents, stream, Number.NEGATIVE_INFINITY, until, 0));
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

function staysOf(contents: ProvedContents, stream: string, from: number, to: number, depth: number): Stay[] {
  const placements = placementsOf(contents, stream);
  return placements.flatMap((placement, index) => {
    const span = {
      from: Math.max(placement.at, from),
      to: Math.min(placements[index + 1]?.at ?? to, to),
    };
    if (span.from >= span.to) return [];
    return doubtful(placement, placements[index - 1], resolve(contents, placement, span, depth));
  });
}

/** A placement by its parent is the parent's own stays, as far as they are known. */
function resolve(
  contents: ProvedContents,
  placement: Placement,
  span: { from: number; to: number },
  depth: number,
): Stay[] {
  const base = { elsewhere: [], doubt: null, document: placement.document };
  if (placement.place.kind !== "parent") return [{ ...span, place: placement.place, ...base }];
  const inside =
    depth < nestingMax ? staysOf(contents, placement.place.stream, span.from, span.to, depth + 1) : [];
  const unknownHead = (inside[0]?.from ?? span.to) > span.from;
  const head = { from: span.from, to: inside[0]?.from ?? span.to, place: nowhere, ...base };
  return unknownHead ? [head, ...inside] : inside;
}

/** Splits stays where a placement begins to count: before that moment the earlier place is possible too. */
function doubtful(placement: Placement, before: Placement | undefined, stays: readonly Stay[]): Stay[] {
  if (placement.corrected)
    return stays.map((stay) => ({ ...stay, doubt: "CORRECTED_PLACE", elsewhere: others(before) }));
  return stays.flatMap((stay) => {
    if (stay.from >= placement.counts) return [stay];
    const early: Stay = {
      ...stay,
      to: Math.min(stay.to, placement.counts),
      doubt: "PLACE_BACKDATED",
      elsewhere: others(before),
    };
    return early.to === stay.to ? [early] : [early, { ...stay, from: early.to }];
  });
}

function others(before: Placement | undefined): Place[] {
  return before === undefined || before.place.kind === "parent" ? [] : [before.place];
}

function placementsOf(contents: ProvedContents, stream: string): Placement[] {
  const entries = contents.streams.get(stream)?.entries ?? [];
  const found = entries.flatMap((entry, order) => {
    const event = eventOf(entry);
    const placement = event === null ? null : placementBy(event);
    return placement === null ? [] : [{ placement, order }];
  });
  found.sort((a, b) => a.placement.at - b.placement.at || a.order - b.order);
  return found.map(({ placement }) => placement);
}

/** What one statement says about the place; null when it says nothing about it. */
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
  if (event.place !== null)
    return { ...base, place: { kind: event.placeKind ?? "unknown", stream: event.place, by } };
  const leaves = event.role === "child" || departures.has(event.step ?? "") || base.corrected;
  return leaves ? { ...base, place: { ...nowhere, by } } : null;
}
