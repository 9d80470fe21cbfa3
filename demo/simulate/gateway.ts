/** One simulated gateway: keeps what its ledger holds without a receipt, sends it, sends it again, believes signed receipts only. */
import { topicOf } from "../message.ts";
import { openReceipt, type ReceiptKey } from "../receipt.ts";
import { BootOutbox, type PendingMessage, type Settlement } from "./boot-outbox.ts";
import type { SimulatedDevice } from "./device.ts";
import { type Ledger, pubackLine, receiptLine } from "./ledger.ts";
import { Line } from "./line.ts";
import type { Tally } from "./tally.ts";

/** What all gateways of a run share; `trust` is what they take for an acknowledgement. */
export interface Surroundings {
  readonly url: URL;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly receiptKeys: readonly ReceiptKey[];
  readonly trust: "receipt" | "puback";
  readonly resendMs: number;
  /** Most messages of one gateway that were sent and have no receipt: a slow server is not buried in copies. */
  readonly windowMessages: number;
  readonly say: (text: string) => void;
}

/** A gateway at work. */
export class SimulatedGateway {
  readonly device: SimulatedDevice;
  /** Its own clock, epoch ms. */
  readonly clock: () => number;
  /** Newest device time used on each lane (epoch ms). */
  readonly newest = { data: 0, hist: 0 };
  readonly #around: Surroundings;
  readonly #boots = new Map<number, BootOutbox>();
  readonly #receiptTopic: string;
  /** What is sent once more goes before what was never sent. */
  #again: PendingMessage[] = [];
  #queue: PendingMessage[] = [];
  #queued = 0;
  readonly #underWay = new Map<number, PendingMessage | null>();
  #line: Line | null = null;
  #progressAt = 0;
  #lastTrouble = "";

  constructor(device: SimulatedDevice, clock: () => number, around: Surroundings) {
    this.device = device;
    this.clock = clock;
    this.#around = around;
    this.#receiptTopic = topicOf(device.id, "receipt");
  }

  /** The boot's outbox, made where it is new. */
  boot(boot: number): BootOutbox {
    const known = this.#boots.get(boot);
    if (known !== undefined) return known;
    const fresh = new BootOutbox(boot);
    this.#boots.set(boot, fresh);
    return fresh;
  }

  /** Messages without a receipt. */
  get waiting(): number {
    let sum = 0;
    for (const boot of this.#boots.values()) sum += boot.waiting;
    return sum;
  }

  /** Plugs the line in; what earlier runs left goes first. */
  connect(): void {
    for (const boot of this.#boots.values()) this.#queue.push(...boot.open());
    this.#line = new Line({
      url: this.#around.url,
      gateway: this.device.id,
      password: this.device.password,
      receiptTopic: this.#receiptTopic,
      heard: (payload) => this.#hear(payload),
      taken: (id, reason) => this.#taken(id, reason),
      up: () => this.#up(),
      down: (why) => this.#down(why),
    });
  }

  /** Sends a message that the ledger holds, now or when the line has room. */
  send(message: PendingMessage): void {
    this.#queue.push(message);
    this.pump();
  }

  /** Sends a message that nobody waits for, if the line has room. */
  sendLoose(topic: string, payload: Buffer): void {
    if (this.#line === null || this.#line.room() < 1) return;
    this.#underWay.set(this.#line.publish(topic, payload), null);
  }

  /** Sends what waits, as far as the line and the window have room. */
  pump(): void {
    const line = this.#line;
    if (line === null) return;
    let room = line.room();
    while (room > 0 && this.#again.length > 0) room -= this.#publish(line, this.#again.shift());
    room = Math.min(room, this.#around.windowMessages - this.#onTheirWay());
    while (room > 0 && this.#queued < this.#queue.length) {
      room -= this.#publish(line, this.#queue[this.#queued]);
      this.#queued += 1;
    }
    if (this.#queued === this.#queue.length) {
      this.#queue = [];
      this.#queued = 0;
    }
  }

  /** Gives 1 for a message that was sent, 0 for one that needs no sending any more. */
  #publish(line: Line, message: PendingMessage | undefined): 0 | 1 {
    if (message === undefined || message.durable) return 0;
    this.#around.tally.sent += 1;
    if (message.sentAt !== null) this.#around.tally.sentAgain += 1;
    this.boot(message.boot).markSent(message, Date.now());
    this.#underWay.set(line.publish(message.topic, message.payload), message);
    return 1;
  }

  #onTheirWay(): number {
    let sum = 0;
    for (const boot of this.#boots.values()) sum += boot.onTheirWay;
    return sum;
  }

  /** To be called about once a second: pings, and sends again what got no receipt. */
  look(now: number): void {
    this.#line?.look(now);
    const { resendMs, trust } = this.#around;
    if (trust === "puback" || this.#line === null || this.#again.length > 0) return;
    const isStalled = this.#progressAt < now - resendMs;
    const before = now - (isStalled ? resendMs : 4 * resendMs);
    const underWay = new Set(this.#underWay.values());
    for (const boot of this.#boots.values())
      for (const message of boot.open())
        if (message.sentAt !== null && message.sentAt < before && !underWay.has(message))
          this.#again.push(message);
    this.pump();
  }

  cut(): void {
    this.#line?.cut();
  }

  close(): void {
    this.#line?.close();
  }

  #up(): void {
    this.#around.tally.connections += 1;
    this.#lastTrouble = "";
    this.#progressAt = Date.now();
    this.pump();
  }

  /** What the broker never acknowledged goes first at the next connection. */
  #down(why: string): void {
    if (why !== this.#lastTrouble) this.#around.say(`${this.device.id}: ${why}`);
    this.#lastTrouble = why;
    const lost = [...this.#underWay.values()].filter((message) => message !== null);
    this.#underWay.clear();
    this.#again = [...lost, ...this.#again];
  }

  #taken(packetId: number, reason: number): void {
    const message = this.#underWay.get(packetId);
    this.#underWay.delete(packetId);
    const { tally, trust, ledger } = this.#around;
    if (reason >= 0x80) {
      tally.refusedByBroker += 1;
      if (tally.refusedByBroker === 1)
        this.#around.say(`${this.device.id}: the broker refuses a message: ${reason}`);
    } else if (message && trust === "puback") {
      this.#count(this.boot(message.boot).settleOne(message.seq));
      ledger.note(pubackLine(this.device.id, message.boot, message.seq));
    }
    this.pump();
  }

  #hear(payload: Uint8Array): void {
    const { trust, receiptKeys, ledger, tally } = this.#around;
    if (trust === "puback") return;
    const receipt = openReceipt(this.#receiptTopic, payload, receiptKeys);
    const outbox = receipt === null ? undefined : this.#boots.get(receipt.boot);
    const outcome: Settlement =
      receipt === null
        ? { refused: "its signature doesn't hold" }
        : (outbox?.settle(receipt) ?? { refused: `it speaks of boot ${receipt.boot}, which is not ours` });
    if ("refused" in outcome || receipt === null) {
      tally.receiptsRefused += 1;
      if ("refused" in outcome) this.#around.say(`${this.device.id}: receipt refused: ${outcome.refused}`);
      return;
    }
    if (outcome.messages === 0) return;
    this.#progressAt = Date.now();
    this.#count(outcome);
    ledger.note(receiptLine(this.device.id, receipt));
    this.pump();
  }

  #count(outcome: Settlement): void {
    if ("refused" in outcome) return;
    this.#around.tally.receipted += outcome.messages;
    this.#around.tally.receiptedReadings += outcome.readings;
    this.#around.tally.waiting -= outcome.messages;
  }
}
