/**
 * A gateway's store-and-forward memory: numbered messages that are deleted only under a verified receipt whose
 * running hash is the gateway's own (design §4). Pure: it is told what was sent and what was receipted.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, toHex } from "#domain/log/bytes.ts";

/** What a receipt states about one boot of a gateway; all seq ≤ upTo and those in `also` are durable. */
export interface Receipt {
  readonly boot: number;
  readonly upTo: number;
  readonly also: readonly (readonly [number, number])[];
  readonly hash: string;
}

/** A message that waits for its receipt. */
export interface WaitingMessage {
  readonly seq: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

interface Slot extends WaitingMessage {
  readonly runningHash: string;
  durable: boolean;
  sentAt: number | null;
}

/** What became of a receipt: messages deleted, or why none were. */
type ReceiptOutcome = { readonly deleted: number } | { readonly refused: string };

/** The memory of one boot; seq starts at 1. */
export interface Outbox {
  readonly boot: number;
  /** Messages without a receipt. */
  size(): number;
  /** The last seq given out, 0 before the first. */
  lastSeq(): number;
  add(build: (seq: number) => { topic: string; payload: Uint8Array }): WaitingMessage;
  /** What should be sent now: never sent, or sent before `resendBefore` (ms) without a receipt since. */
  due(resendBefore: number): WaitingMessage[];
  markSent(seq: number, at: number): void;
  /** What of these ranges is still held, in order; what was receipted is gone. */
  held(ranges: Receipt["also"]): WaitingMessage[];
  /** Deletes what a verified receipt covers; one of an earlier boot or an older one deletes nothing. */
  settle(receipt: Receipt): ReceiptOutcome;
}

/** An empty outbox for one boot. */
export function openOutbox(boot: number): Outbox {
  let slots: Slot[] = [];
  let seq = 0;
  let running: Uint8Array = new Uint8Array(32);
  let settled = { upTo: 0, hash: toHex(running) };

  const hashAt = (upTo: number): string | undefined =>
    upTo === settled.upTo ? settled.hash : slots.find((slot) => slot.seq === upTo)?.runningHash;

  const settle = (receipt: Receipt): ReceiptOutcome => {
    if (receipt.boot !== boot || receipt.upTo < settled.upTo) return { deleted: 0 };
    if (hashAt(receipt.upTo) !== receipt.hash) return { refused: "its running hash is not ours" };
    const before = waiting(slots);
    settled = { upTo: receipt.upTo, hash: receipt.hash };
    slots = slots.filter((slot) => slot.seq > receipt.upTo);
    for (const slot of slots) if (isIn(receipt.also, slot.seq)) slot.durable = true;
    return { deleted: before - waiting(slots) };
  };

  return {
    boot,
    size: () => waiting(slots),
    lastSeq: () => seq,
    add(build) {
      seq += 1;
      const message = { seq, ...build(seq) };
      running = sha256(concatBytes(running, sha256(message.payload)));
      slots.push({ ...message, runningHash: toHex(running), durable: false, sentAt: null });
      return message;
    },
    due: (resendBefore) =>
      slots.filter((slot) => !slot.durable && (slot.sentAt === null || slot.sentAt < resendBefore)),
    markSent(sent, at) {
      for (const slot of slots) if (slot.seq === sent) slot.sentAt = at;
    },
    held: (ranges) => slots.filter((slot) => !slot.durable && isIn(ranges, slot.seq)),
    settle,
  };
}

function waiting(slots: readonly Slot[]): number {
  return slots.filter((slot) => !slot.durable).length;
}

function isIn(ranges: Receipt["also"], seq: number): boolean {
  return ranges.some(([from, to]) => seq >= from && seq <= to);
}
