import type { Logger } from "pino";
import { makeReceipt, type ReceiptKey } from "./receipt.ts";
import type { Sequence } from "./track-sequence.ts";

/** Something durable to tell a gateway of; `sent` is told once the broker has the receipt. */
interface OwedReceipt {
  readonly gateway: string;
  readonly boot: number;
  readonly sequence: Sequence;
  readonly sent: (at: number) => Promise<void>;
}

/** Sends receipts, at most one a second to each gateway; of several for one boot the newest is sent. */
export interface Receipts {
  owe(receipt: OwedReceipt): void;
  stop(): Promise<void>;
}

/** What receipts are made and sent with. */
export interface ReceiptParts {
  readonly key: ReceiptKey;
  readonly clock: () => number;
  readonly log: Logger;
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
}

const pauseMs = 1_000;

/** Opens the sender of receipts; what can't be sent is owed until it can. */
export function openReceipts(parts: ReceiptParts): Receipts {
  const owed = new Map<string, Map<number, OwedReceipt>>();
  const resting = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  const sendNext = (gateway: string): void => {
    const next = owed.get(gateway)?.values().next().value;
    if (!next || stopped) return;
    owed.get(gateway)?.delete(next.boot);
    rest(gateway);
    const sending = send(parts, next)
      .catch((error: unknown) => {
        parts.log.warn({ gateway, err: error }, "a receipt waits");
        if (!owed.get(gateway)?.has(next.boot)) keep(next);
      })
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  };
  const rest = (gateway: string): void => {
    const timer = setTimeout(() => {
      resting.delete(gateway);
      sendNext(gateway);
      if (owed.get(gateway)?.size === 0) owed.delete(gateway);
    }, pauseMs);
    resting.set(gateway, timer);
  };
  const keep = (receipt: OwedReceipt): void => {
    const boots = owed.get(receipt.gateway) ?? new Map<number, OwedReceipt>();
    owed.set(receipt.gateway, boots.set(receipt.boot, receipt));
    if (!resting.has(receipt.gateway)) sendNext(receipt.gateway);
  };

  return {
    owe: keep,
    stop: async () => {
      stopped = true;
      for (const timer of resting.values()) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

async function send({ key, clock, publish }: ReceiptParts, owed: OwedReceipt): Promise<void> {
  const at = clock();
  const { topic, payload } = makeReceipt(owed.gateway, owed.boot, owed.sequence, key, at);
  await publish(topic, payload);
  await owed.sent(at);
}
