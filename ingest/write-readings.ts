import type { Store } from "#store/connect.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { batchLimits } from "./batch-limits.ts";
import { readWhenChecked } from "./decode-message.ts";
import type { Decode } from "./decode-with.ts";
import type { GatewayBook } from "./gateway-book.ts";
import { type Judged, judgeReadings, setRefusedAside } from "./judge-readings.ts";
import type { IngestMeters } from "./meters.ts";
import type { NewestTimes } from "./newest-times.ts";
import type { Stretch } from "./one-ahead.ts";
import { type Candidate, type OpenedMessage, openReadings } from "./open-readings.ts";
import { readKept } from "./read-kept.ts";
import { readTracked } from "./read-tracked.ts";
import type { Relay } from "./relay.ts";
import { aliasesFor } from "./sparkplug/follow-sparkplug.ts";
import type { TrackedMessage } from "./tracker.ts";

/** What readings are written with; `graceMs` is the time windows wait before sealing. */
export interface WriteParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly book: GatewayBook;
  readonly decode: Decode;
  /** From the tracker of this process, where there is one. */
  readonly incoming: Relay<TrackedMessage>;
  readonly newestTimes: NewestTimes;
  readonly graceMs: number;
  readonly meters: Pick<IngestMeters, "wrote">;
}

/** Messages of the inbox whose readings the readings store has; the records don't know of it yet. */
export interface WrittenBatch extends Stretch {
  readonly opened: readonly OpenedMessage[];
  readonly judged: Judged;
  /** The newest time of each measuring point before this batch, keyed tenant/point. */
  readonly newest: ReadonlyMap<string, number>;
}

interface Batch extends Stretch {
  readonly opened: readonly OpenedMessage[];
  readonly candidates: readonly Candidate[];
  readonly newest: ReadonlyMap<string, number>;
}

/**
 * Takes the messages that follow `from`, judges their readings and writes those that are to be kept. Done again, it comes to the same:
 * a reading knows the message it came from.
 * @throws when the records or the readings store can't answer now
 */
export async function writeReadings(parts: WriteParts, from: number): Promise<WrittenBatch> {
  const messages = parts.incoming.take(from, batchLimits) ?? (await readTracked(parts, from));
  const { to, opened, candidates, newest } = await openBatch(parts, from, messages);
  const kept = await readKept(parts.readings, candidates, newest);
  const judged = await write(parts, judgeReadings(candidates, kept));
  return { from, to, opened, judged, newest };
}

async function openBatch(
  { store, book, decode, newestTimes, graceMs }: WriteParts,
  from: number,
  tracked: readonly TrackedMessage[],
): Promise<Batch> {
  if (tracked.length === 0) return { from, to: from, opened: [], candidates: [], newest: new Map() };
  const gateways = await book.read(
    tracked.map(({ message }) => message.gateway),
    tracked.at(-1)?.register,
  );
  const messages = await decodeByAliases({ store, decode }, tracked, gateways);
  const opened = messages.map((one) => openReadings(one, gateways.get(one.message.gateway), graceMs));
  const candidates = opened.flatMap((message) => message.candidates);
  const newest = await newestTimes.read(store, candidates);
  return { from, to: messages.at(-1)?.message.id ?? from, opened, candidates, newest };
}

/** Sparkplug messages anew: the tracker decoded them before the births they are read by were kept. */
async function decodeByAliases(
  { store, decode }: Pick<WriteParts, "store" | "decode">,
  tracked: readonly TrackedMessage[],
  gateways: ReadonlyMap<string, GatewayFacts>,
): Promise<readonly TrackedMessage[]> {
  const isSparkplug = ({ message }: TrackedMessage) =>
    gateways.get(message.gateway)?.source?.kind === "sparkplug";
  const own = tracked.filter(isSparkplug).map(({ message }) => message);
  if (own.length === 0) return tracked;
  const aliases = await store.as({ role: "worker" }, (tx) => aliasesFor(tx, own, gateways));
  const again = tracked.map(async (one) => {
    if (!isSparkplug(one)) return one;
    const { message } = one;
    const begun = decode(message, gateways.get(message.gateway), aliases.get(message.id) ?? null);
    return { ...one, decoded: await readWhenChecked(begun) };
  });
  return Promise.all(again);
}

async function write({ readings, meters }: WriteParts, judged: Judged): Promise<Judged> {
  if (judged.stored.length === 0) return judged;
  const begun = performance.now();
  const refused = await readings.write(judged.stored.map((candidate) => candidate.reading));
  meters.wrote(judged.stored.length - refused.length, performance.now() - begun);
  return setRefusedAside(judged, refused);
}
