/** What one boot of a simulated gateway still has to get receipted; made for thousands of messages a second. */
import { createHash } from "node:crypto";
import { toHex } from "#domain/log/bytes.ts";
import type { Receipt } from "../outbox.ts";

/** A message that waits for its receipt; `sentAt` is null until the line took it (ms). */
export interface PendingMessage {
  readonly boot: number;
  readonly seq: number;
  readonly topic: string;
  readonly payload: Buffer;
  readonly readings: number;
  readonly runningHash: Buffer;
  durable: boolean;
  sentAt: number | null;
}

/** What a receipt settled: messages and the readings in them, or why it was refused. */
export type Settlement =
  | { readonly messages: number; readonly readings: number }
  | { readonly refused: string };

/** The messages of one boot in order of seq, which starts at 1 and has no holes. */
export class BootOutbox {
  readonly boot: number;
  readonly #pending: (PendingMessage | undefined)[] = [];
  /** Place of the first message in `#pending` that is above `#upTo`. */
  #head = 0;
  #upTo = 0;
  #hashAtUpTo: Buffer = Buffer.alloc(32);
  #newestHash: Buffer = Buffer.alloc(32);
  #lastSeq = 0;
  #waiting = 0;
  #onTheirWay = 0;

  constructor(boot: number) {
    this.boot = boot;
  }

  /** Messages without a receipt. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Messages that were sent and have no receipt yet. */
  get onTheirWay(): number {
    return this.#onTheirWay;
  }

  get nextSeq(): number {
    return this.#lastSeq + 1;
  }

  /** Takes the message of the next seq; h(n) = SHA-256(h(n-1) ‖ SHA-256(raw n)) (design §4). */
  add(topic: string, payload: Buffer, readings: number): PendingMessage {
    const own = createHash("sha256").update(payload).digest();
    this.#newestHash = createHash("sha256").update(this.#newestHash).update(own).digest();
    this.#lastSeq += 1;
    this.#waiting += 1;
    const message: PendingMessage = {
      ...{ boot: this.boot, seq: this.#lastSeq, topic, payload, readings },
      runningHash: this.#newestHash,
      durable: false,
      sentAt: null,
    };
    this.#pending.push(message);
    return message;
  }

  /** Forgets what a verified receipt covers; one older than an earlier one settles nothing. */
  settle({ upTo, also, hash }: Receipt): Settlement {
    if (upTo < this.#upTo) return { messages: 0, readings: 0 };
    if (upTo > this.#lastSeq) return { refused: `it covers seq ${upTo}, we are at ${this.#lastSeq}` };
    const runningHash = upTo === this.#upTo ? this.#hashAtUpTo : this.#at(upTo)?.runningHash;
    if (runningHash === undefined || toHex(runningHash) !== hash)
      return { refused: "its running hash is not ours" };
    const settled = { messages: 0, readings: 0 };
    for (let seq = this.#upTo + 1; seq <= upTo; seq += 1) this.#finish(this.#at(seq), settled);
    this.#forgetUpTo(upTo, runningHash);
    for (const [from, to] of also)
      for (let seq = Math.max(from, upTo + 1); seq <= Math.min(to, this.#lastSeq); seq += 1)
        this.#finish(this.#at(seq), settled);
    return settled;
  }

  /** Settles what a receipt covered that an earlier run verified and wrote on its ledger. */
  recall(upTo: number, also: Receipt["also"]): void {
    const hash = this.#at(upTo)?.runningHash ?? this.#hashAtUpTo;
    this.settle({ boot: this.boot, upTo, also, hash: toHex(hash) });
  }

  /** Takes one message for settled, whatever a receipt says (the negative control trusts the broker's PUBACK). */
  settleOne(seq: number): Settlement {
    const settled = { messages: 0, readings: 0 };
    this.#finish(this.#at(seq), settled);
    return settled;
  }

  /** Notes that the line took a message at a time (ms). */
  markSent(message: PendingMessage, at: number): void {
    if (message.sentAt === null && !message.durable) this.#onTheirWay += 1;
    message.sentAt = at;
  }

  /** Messages without a receipt, oldest first. */
  *open(): Generator<PendingMessage> {
    for (let place = this.#head; place < this.#pending.length; place += 1) {
      const message = this.#pending[place];
      if (message !== undefined && !message.durable) yield message;
    }
  }

  #at(seq: number): PendingMessage | undefined {
    return this.#pending[this.#head + seq - this.#upTo - 1];
  }

  #finish(message: PendingMessage | undefined, settled: { messages: number; readings: number }): void {
    if (message === undefined || message.durable) return;
    message.durable = true;
    this.#waiting -= 1;
    if (message.sentAt !== null) this.#onTheirWay -= 1;
    settled.messages += 1;
    settled.readings += message.readings;
  }

  /** Frees the memory at once, moves the array now and then. */
  #forgetUpTo(upTo: number, hash: Buffer): void {
    const end = this.#head + upTo - this.#upTo;
    this.#pending.fill(undefined, this.#head, end);
    this.#head = end;
    this.#upTo = upTo;
    this.#hashAtUpTo = hash;
    if (this.#head > 4_096 && this.#head * 2 > this.#pending.length) {
      this.#pending.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
