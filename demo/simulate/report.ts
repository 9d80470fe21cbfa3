/** What the ledger of a simulation says afterwards: which messages were acknowledged to a gateway, and which were not. */
import { createHash } from "node:crypto";
import { bodyOf } from "./body-of.ts";
import { readLedger } from "./ledger.ts";

/** A reading as its gateway wrote it down. */
export interface LedgerReading {
  readonly channel: string;
  readonly ts: number;
  readonly tMilliC: number;
}

/** A message on the ledger; its readings are empty where it is poison. */
export interface LedgerMessage {
  readonly gateway: string;
  readonly boot: number;
  readonly seq: number;
  readonly sha256: string;
  readonly isPoison: boolean;
  readonly isAcknowledged: boolean;
  readonly readings: readonly LedgerReading[];
}

/** Sums over a ledger. */
export interface LedgerSums {
  readonly messages: number;
  readonly readings: number;
  readonly acknowledged: number;
  readonly acknowledgedReadings: number;
  readonly unacknowledged: number;
  /** Messages that were poison on purpose, those without a place included. */
  readonly poison: number;
}

/** Every message of a ledger with its fate; the ledger is read twice, so that memory doesn't grow with it. */
export async function* messagesIn(folder: string): AsyncGenerator<LedgerMessage> {
  const covered = await coverage(folder);
  for await (const record of readLedger(folder)) {
    if (record.kind !== "message") continue;
    const { gateway, boot, seq, payload, isPoison } = record;
    yield {
      ...{ gateway, boot, seq, isPoison },
      sha256: createHash("sha256").update(payload).digest("hex"),
      isAcknowledged: covered(gateway, boot, seq),
      readings: isPoison ? [] : readingsOf(payload),
    };
  }
}

/** The sums of a ledger. */
export async function sumLedger(folder: string): Promise<LedgerSums> {
  const sums = {
    messages: 0,
    readings: 0,
    acknowledged: 0,
    acknowledgedReadings: 0,
    unacknowledged: 0,
    poison: 0,
  };
  for await (const { readings, isAcknowledged, isPoison } of messagesIn(folder)) {
    sums.messages += 1;
    sums.readings += readings.length;
    sums.poison += isPoison ? 1 : 0;
    if (isAcknowledged) {
      sums.acknowledged += 1;
      sums.acknowledgedReadings += readings.length;
    } else sums.unacknowledged += 1;
  }
  for await (const record of readLedger(folder)) if (record.kind === "poison") sums.poison += 1;
  return sums;
}

/** Whether a receipt on the ledger covers a message. */
async function coverage(folder: string): Promise<(gateway: string, boot: number, seq: number) => boolean> {
  const upTo = new Map<string, number>();
  const also = new Map<string, Set<number>>();
  for await (const record of readLedger(folder)) {
    if (record.kind !== "receipt" && record.kind !== "puback") continue;
    const key = `${record.gateway}/${record.boot}`;
    if (record.kind === "receipt") upTo.set(key, Math.max(upTo.get(key) ?? 0, record.upTo));
    const ranges = record.kind === "puback" ? [[record.seq, record.seq] as const] : record.also;
    for (const [from, to] of ranges)
      for (let seq = from; seq <= to; seq += 1) also.set(key, (also.get(key) ?? new Set()).add(seq));
  }
  return (gateway, boot, seq) => {
    const key = `${gateway}/${boot}`;
    return seq <= (upTo.get(key) ?? 0) || also.get(key)?.has(seq) === true;
  };
}

function readingsOf(payload: Buffer): LedgerReading[] {
  const readings = bodyOf(payload)?.readings;
  if (!Array.isArray(readings)) return [];
  return readings.map(({ s, ts, t }: { s: string; ts: number; t: number }) => ({
    channel: s,
    ts,
    tMilliC: Math.round(t * 1_000),
  }));
}
