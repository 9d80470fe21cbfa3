import { equalBytes } from "#domain/log/bytes.ts";
import type { Tx } from "#store/connect.ts";
import {
  findTracked,
  type GatewayProgress,
  messageHashes,
  readProgress,
  saveProgress,
  trackMessages,
} from "#store/gateway-progress.ts";
import { admitBoots, bootKey, keyOf } from "./admit-boots.ts";
import type { MessagePosition } from "./decode-message.ts";
import {
  mayBeKnown,
  moveUp,
  noteArrivals,
  nothingYet,
  rangesMax,
  reachable,
  type Sequence,
  type SequencedHash,
} from "./track-sequence.ts";

/** A durable message that says which one of its gateway it is. */
export interface Arrival {
  readonly position: MessagePosition;
  readonly inboxId: number;
  readonly sha256: Uint8Array;
  readonly receivedAt: number;
}

/**
 * What the arrivals changed: how far each boot is now, messages that reused a seq with other bytes, and messages of boots
 * that are too many; the last are not tracked, so that no receipt covers them.
 */
export interface Tracked {
  readonly progress: readonly GatewayProgress[];
  readonly conflicts: readonly Arrival[];
  readonly refused: readonly Arrival[];
}

const hashesPerRead = 20_000;

/** Notes durable messages in their boots' sequences. The first message of a seq stays; the same bytes again are no fault. */
export async function trackArrivals(tx: Tx, all: readonly Arrival[]): Promise<Tracked> {
  const known = await readProgress(
    tx,
    [...new Set(all.map((arrival) => arrival.position.gateway))],
    [...new Set(all.map((arrival) => arrival.position.boot))],
  );
  const { admitted: arrivals, refused } = await admitBoots(tx, all, known);
  const progressOf = new Map(known.map((row) => [bootKey(row.tenantId, row.gatewayId, row.boot), row]));
  const { fresh, conflicts } = await sift(tx, arrivals, progressOf);
  await trackMessages(tx, fresh.map(rowOf));
  const progress: GatewayProgress[] = [];
  const freshOf = Map.groupBy(fresh, (arrival) => keyOf(arrival.position));
  for (const [key, own] of Map.groupBy(arrivals, (arrival) => keyOf(arrival.position))) {
    progress.push(await advance(tx, progressOf.get(key), own, freshOf.get(key) ?? []));
  }
  await saveProgress(tx, progress);
  return { progress, conflicts, refused };
}

/** Parts arrivals into those that use a seq for the first time and those that use it again for other bytes. */
async function sift(tx: Tx, arrivals: readonly Arrival[], progressOf: ReadonlyMap<string, GatewayProgress>) {
  const suspects = arrivals.filter(({ position }) => {
    const progress = progressOf.get(keyOf(position));
    return progress !== undefined && mayBeKnown(progress, position.seq);
  });
  const tracked = await findTracked(
    tx,
    suspects.map(({ position: { tenant, gateway, boot, seq } }) => ({
      tenantId: tenant,
      gatewayId: gateway,
      boot,
      seq,
    })),
  );
  const first = new Map(
    tracked.map((row) => [`${bootKey(row.tenantId, row.gatewayId, row.boot)}/${row.seq}`, row.sha256]),
  );
  const fresh: Arrival[] = [];
  const conflicts: Arrival[] = [];
  for (const arrival of arrivals) {
    const key = `${keyOf(arrival.position)}/${arrival.position.seq}`;
    const sha256 = first.get(key);
    if (sha256 === undefined) {
      first.set(key, arrival.sha256);
      fresh.push(arrival);
    } else if (!equalBytes(sha256, arrival.sha256)) conflicts.push(arrival);
  }
  return { fresh, conflicts };
}

async function advance(
  tx: Tx,
  before: GatewayProgress | undefined,
  own: readonly Arrival[],
  fresh: readonly Arrival[],
): Promise<GatewayProgress> {
  const newest = own.at(-1) as Arrival;
  const { tenant, gateway, boot, kid } = newest.position;
  const at = { tenantId: tenant, gatewayId: gateway, boot };
  const start: Sequence = before ?? nothingYet;
  let sequence = noteArrivals(
    start,
    fresh.map((arrival) => arrival.position.seq),
  );
  while (reachable(sequence) > sequence.upTo) {
    sequence = moveUp(sequence, await hashesUpTo(tx, at, sequence, fresh));
  }
  if (start.also.length >= rangesMax) sequence = await refill(tx, at, sequence);
  const lastReceivedAt = Math.max(before?.lastReceivedAt ?? 0, newest.receivedAt);
  return {
    ...at,
    kid,
    upTo: sequence.upTo,
    also: sequence.also.map(([from, to]) => [from, to]),
    hash: sequence.hash,
    lastReceivedAt,
    receiptedAt: before?.receiptedAt ?? null,
  };
}

/** The messages that follow `upTo`: mostly those that just came, else those that waited behind a hole. */
async function hashesUpTo(
  tx: Tx,
  at: { tenantId: string; gatewayId: string; boot: number },
  sequence: Sequence,
  fresh: readonly Arrival[],
): Promise<SequencedHash[]> {
  const end = reachable(sequence);
  const inHand = fresh
    .map((arrival) => ({ seq: arrival.position.seq, sha256: arrival.sha256 }))
    .filter(({ seq }) => seq > sequence.upTo && seq <= end)
    .sort((a, b) => a.seq - b.seq);
  if (inHand.length === end - sequence.upTo) return inHand;
  return messageHashes(tx, at, { after: sequence.upTo, upTo: end, limit: hashesPerRead });
}

/** Takes back in what was left out while the ranges were full. */
async function refill(
  tx: Tx,
  at: { tenantId: string; gatewayId: string; boot: number },
  sequence: Sequence,
): Promise<Sequence> {
  const upTo = Number.MAX_SAFE_INTEGER;
  const rows = await messageHashes(tx, at, { after: sequence.upTo, upTo, limit: hashesPerRead });
  const noted = noteArrivals(
    sequence,
    rows.map((row) => row.seq),
  );
  return moveUp(noted, rows);
}

function rowOf({ position, inboxId, sha256, receivedAt }: Arrival) {
  const { tenant, gateway, boot, seq, kid } = position;
  return { tenantId: tenant, gatewayId: gateway, boot, seq, inboxId, sha256, kid, receivedAt };
}
