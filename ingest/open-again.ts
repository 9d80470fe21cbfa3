import type { Store } from "#store/connect.ts";
import { setAsideBetween } from "#store/dead-letters.ts";
import { usedByOthers } from "#store/gateway-messages.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { type Decoded, decodeAhead } from "./decode-ahead.ts";
import type { Decode } from "./decode-with.ts";
import type { GatewayBook } from "./gateway-book.ts";
import { type Candidate, openReadings } from "./open-readings.ts";
import { aliasesFor } from "./sparkplug/follow-sparkplug.ts";

/** What messages are opened with once more. */
export interface OpeningParts {
  readonly store: Store;
  readonly book: GatewayBook;
  readonly decode: Decode;
  readonly graceMs: number;
}

/** Messages that follow one another, whole; of their readings those that the projector stored or knew already. */
export interface OpenedSlice {
  /** Inbox id of the last message. */
  readonly to: number;
  readonly messages: number;
  readonly candidates: readonly Candidate[];
}

/** A page's few megabytes may unpack to millions of readings. */
const readingsPerSlice = 10_000;

/**
 * Opens messages that the projector is past, in slices. What it set aside stays aside, by the dead letters it left; so do
 * messages that used a seq again. What remains of a key came in inbox order: the first is the one that was stored.
 */
export async function* openAgain(
  parts: OpeningParts,
  messages: readonly InboxMessage[],
): AsyncIterable<OpenedSlice> {
  const gateways = await parts.book.read(messages.map(({ gateway }) => gateway));
  const own = messages.filter(({ gateway }) => gateways.get(gateway)?.source?.kind === "sparkplug");
  const aliases =
    own.length === 0
      ? new Map()
      : await parts.store.as({ role: "worker" }, (tx) => aliasesFor(tx, own, gateways));
  let slice: Decoded[] = [];
  let readings = 0;
  const decode = (message: InboxMessage) =>
    parts.decode(message, gateways.get(message.gateway), aliases.get(message.id) ?? null);
  for await (const one of decodeAhead(messages, decode)) {
    slice.push(one);
    readings += one.decoded.kind === "readings" ? one.decoded.readings.length : 0;
    if (readings < readingsPerSlice) continue;
    yield await openSlice(parts, slice, gateways);
    [slice, readings] = [[], 0];
  }
  if (slice.length > 0) yield await openSlice(parts, slice, gateways);
}

async function openSlice(
  { store, graceMs }: OpeningParts,
  slice: readonly Decoded[],
  gateways: ReadonlyMap<string, GatewayFacts>,
): Promise<OpenedSlice> {
  const last = slice.at(-1)?.message.id ?? 0;
  const span = { first: slice[0]?.message.id ?? 0, last };
  const [letters, later] = await store.as({ role: "worker" }, async (tx) => [
    await setAsideBetween(tx, span),
    await usedByOthers(tx, slice.flatMap(numberOf)),
  ]);
  const aside = new Set(letters.map(({ inboxId, readingIndex }) => placeText(inboxId, readingIndex)));
  const candidates: Candidate[] = [];
  for (const { message, decoded } of slice) {
    if (later.has(message.id) || aside.has(placeText(message.id, null))) continue;
    const opened = openReadings({ message, decoded, use: "first" }, gateways.get(message.gateway), graceMs);
    for (const candidate of opened.candidates) {
      if (aside.size === 0 || !aside.has(placeText(message.id, candidate.index))) candidates.push(candidate);
    }
  }
  return { to: last, messages: slice.length, candidates };
}

function numberOf({ message, decoded }: Decoded) {
  if (decoded.kind !== "readings" || decoded.position === null) return [];
  const { tenant, gateway, boot, seq } = decoded.position;
  return [{ tenantId: tenant, gatewayId: gateway, boot, seq, inboxId: message.id }];
}

function placeText(inboxId: number, readingIndex: number | null): string {
  return `${inboxId}/${readingIndex ?? ""}`;
}
