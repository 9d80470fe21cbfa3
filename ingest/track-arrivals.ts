import { equalBytes } from "#domain/log/bytes.ts";
import type { Tx } from "#store/connect.ts";
import { findTracked, messageHashes, runsAfter, trackMessages } from "#store/gateway-messages.ts";
import { type GatewayProgress, saveProgress } from "#store/gateway-progress.ts";
import type { BootKey } from "#store/tracked-message.ts";
import { admitBoots, keyOfBoot } from "./admit-boots.ts";
import type { MessagePosition } from "./message.ts";
import type { ProgressBook } from "./progress-book.ts";
import {
  goesOn,
  isFull,
  mayBeKnown,
  moveUp,
  noteArrivals,
  noteRanges,
  nothingYet,
  reachable,
  type Sequence,
  type SequencedHash,
} from "./track-sequence.ts";

/** A durable message that says which one of its gateway it is; `skewMs` is null where it tells nothing of the clock. */
export interface Arrival {
  readonly position: MessagePosition;
  /** Names the position's boot; several things are looked up by it. */
  readonly bootKey: string;
  readonly seq: number;
  /** Sent as it was measured; back-fill otherwise. */
  readonly isLive: boolean;
  readonly inboxId: number;
  readonly sha256: Uint8Array;
  readonly receivedAt: number;
  readonly skewMs: number | null;
}

/**
 * What the arrivals changed: how far each boot is now, messages with which their boots went on, messages that used their seq
 * again (with the same bytes or with others), and messages of boots that are too many; the last are not tracked, so that no
 * receipt covers them.
 */
export interface Tracked {
  readonly progress: readonly GatewayProgress[];
  readonly onward: readonly Arrival[];
  readonly again: readonly Arrival[];
  readonly conflicts: readonly Arrival[];
  readonly refused: readonly Arrival[];
}

const hashesPerRead = 20_000;
const runsPerRead = 5_000;

/** Notes durable messages in their boots' sequences. The first message of a seq stays; the same bytes again are no fault. */
export async function trackArrivals(tx: Tx, all: readonly Arrival[], book: ProgressBook): Promise<Tracked> {
  const known = await book.read(tx, all);
  const { admitted: arrivals, refused } = await admitBoots(tx, all, known);
  const { fresh, again, conflicts } = await noteFirst(tx, arrivals, (arrival) => maybeUsed(arrival, known));
  const progress: GatewayProgress[] = [];
  const freshOf = Map.groupBy(fresh, ({ bootKey }) => bootKey);
  for (const [key, own] of Map.groupBy(arrivals, ({ bootKey }) => bootKey)) {
    const [before, first] = [known.get(key), freshOf.get(key) ?? []];
    const skewMs = book.skews.follow(key, before?.skewMs ?? null, first);
    progress.push({ ...(await advance(tx, before, own, first)), skewMs });
  }
  await saveProgress(tx, progress);
  const onward = fresh.filter(({ bootKey, seq }) => goesOn(known.get(bootKey) ?? nothingYet, seq));
  return { progress, onward, again, conflicts, refused };
}

interface Sifted {
  readonly fresh: readonly Arrival[];
  readonly again: readonly Arrival[];
  readonly conflicts: readonly Arrival[];
}

function maybeUsed({ bootKey, seq }: Arrival, known: ReadonlyMap<string, GatewayProgress>): boolean {
  const progress = known.get(bootKey);
  return progress !== undefined && mayBeKnown(progress, seq);
}

/** Notes those that use a seq for the first time. What the records know against our own idea of it is looked up and sifted again. */
async function noteFirst(
  tx: Tx,
  arrivals: readonly Arrival[],
  isSuspect: (arrival: Arrival) => boolean,
): Promise<Sifted> {
  const { fresh, again, conflicts } = await sift(tx, arrivals, isSuspect);
  const boots = Map.groupBy(fresh, ({ bootKey }) => bootKey);
  const leftOut = await trackMessages(
    tx,
    [...boots.values()].map((own) => own.map(rowOf)),
  );
  if (leftOut.length === 0) return { fresh, again, conflicts };
  const ids = new Set(leftOut.map(({ inboxId }) => inboxId));
  const isLeftOut = ({ inboxId }: Arrival) => ids.has(inboxId);
  const rest = await noteFirst(tx, fresh.filter(isLeftOut), () => true);
  return {
    fresh: [...fresh.filter((arrival) => !isLeftOut(arrival)), ...rest.fresh],
    again: [...again, ...rest.again],
    conflicts: [...conflicts, ...rest.conflicts],
  };
}

/** Parts arrivals into those that use a seq for the first time and those that use it again. */
async function sift(
  tx: Tx,
  arrivals: readonly Arrival[],
  isSuspect: (arrival: Arrival) => boolean,
): Promise<Sifted> {
  const first = await firstUses(tx, arrivals.filter(isSuspect));
  const fresh: Arrival[] = [];
  const again: Arrival[] = [];
  const conflicts: Arrival[] = [];
  for (const arrival of arrivals) {
    const key = seqKey(arrival);
    const sha256 = first.get(key);
    if (sha256 === undefined) {
      first.set(key, arrival.sha256);
      fresh.push(arrival);
    } else (equalBytes(sha256, arrival.sha256) ? again : conflicts).push(arrival);
  }
  return { fresh, again, conflicts };
}

/** The hashes of messages that used the arrivals' numbers before, by number. */
async function firstUses(tx: Tx, suspects: readonly Arrival[]): Promise<Map<string, Uint8Array>> {
  const keys = suspects.map(({ position: { tenant, gateway, boot, seq } }) => ({
    ...{ tenantId: tenant, gatewayId: gateway, boot, seq },
  }));
  const tracked = await findTracked(tx, keys);
  return new Map(
    tracked.map(({ tenantId, gatewayId, boot, seq, sha256 }) => [
      seqKey({ bootKey: keyOfBoot(tenantId, gatewayId, boot), seq }),
      sha256,
    ]),
  );
}

function seqKey({ bootKey, seq }: Pick<Arrival, "bootKey" | "seq">): string {
  return `${bootKey}/${seq}`;
}

async function advance(
  tx: Tx,
  before: GatewayProgress | undefined,
  own: readonly Arrival[],
  fresh: readonly Arrival[],
): Promise<Omit<GatewayProgress, "skewMs">> {
  const newest = (fresh.at(-1) ?? own.at(-1)) as Arrival;
  const { tenant, gateway, boot, kid } = newest.position;
  const at = { tenantId: tenant, gatewayId: gateway, boot };
  // Those that use a seq again are durable too, whatever the ranges knew of it.
  const noted = noteArrivals(
    before ?? nothingYet,
    own.map(({ seq }) => seq),
  );
  const wasFull = isFull(before ?? nothingYet) || isFull(noted);
  let sequence = await moveUpAll(tx, at, noted, fresh);
  while (wasFull && !isFull(sequence)) {
    const more = await refill(tx, at, sequence);
    if (more === null) break;
    sequence = await moveUpAll(tx, at, more, []);
  }
  return {
    ...at,
    kid,
    upTo: sequence.upTo,
    also: sequence.also.map(([from, to]) => [from, to]),
    hash: sequence.hash,
    firstReceivedAt: before?.firstReceivedAt ?? (own[0] as Arrival).receivedAt,
    // Anybody can send again what the gateway once sent: only what came for the first time tells of it.
    lastReceivedAt: Math.max(before?.lastReceivedAt ?? newest.receivedAt, fresh.at(-1)?.receivedAt ?? 0),
    receiptedAt: before?.receiptedAt ?? null,
  };
}

/** The messages that follow `upTo`: mostly those that just came, else those that waited behind a hole. */
async function hashesUpTo(
  tx: Tx,
  at: BootKey,
  sequence: Sequence,
  fresh: readonly Arrival[],
): Promise<SequencedHash[]> {
  const end = reachable(sequence);
  const inHand = fresh.filter(({ seq }) => seq > sequence.upTo && seq <= end).sort((a, b) => a.seq - b.seq);
  if (inHand.length === end - sequence.upTo) return inHand;
  return messageHashes(tx, at, { after: sequence.upTo, upTo: end, limit: hashesPerRead });
}

/** Moves `upTo` as far as it goes. */
async function moveUpAll(tx: Tx, at: BootKey, noted: Sequence, fresh: readonly Arrival[]): Promise<Sequence> {
  let sequence = noted;
  while (reachable(sequence) > sequence.upTo) {
    const moved = moveUp(sequence, await hashesUpTo(tx, at, sequence, fresh));
    if (moved.upTo === sequence.upTo) break; // ranges that the records don't bear out are never receipted by upTo
    sequence = moved;
  }
  return sequence;
}

/**
 * Takes back in some of what was left out while the ranges were full, which all lies above the last one; null where there is
 * nothing more.
 */
async function refill(tx: Tx, at: BootKey, sequence: Sequence): Promise<Sequence | null> {
  const after = sequence.also.at(-1)?.[1] ?? sequence.upTo;
  const runs = await runsAfter(tx, at, { after, limit: runsPerRead });
  return runs.length === 0 ? null : noteRanges(sequence, runs);
}

function rowOf({ position, inboxId, sha256, receivedAt }: Arrival) {
  const { tenant, gateway, boot, seq, kid } = position;
  return { tenantId: tenant, gatewayId: gateway, boot, seq, inboxId, sha256, kid, receivedAt };
}
