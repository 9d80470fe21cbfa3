import type { Logger } from "pino";
import { makeReceipt, type ReceiptKey } from "./receipt.ts";
import type { Sequence } from "./track-sequence.ts";

/** A boot of a gateway of which something is durable to tell. */
export interface OwedReceipt extends Sequence {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly boot: number;
}

/** A receipt that the broker has. */
export type SentReceipt = Pick<OwedReceipt, "tenantId" | "gatewayId" | "boot"> & { readonly at: number };

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
  /** Keeps which receipts are with the broker, so that a restart needn't send them again. */
  readonly markSent: (sent: readonly SentReceipt[]) => Promise<void>;
}

const pauseMs = 1_000;

/** Opens the sender of receipts; what can't be sent is owed until it can. */
export function openReceipts(parts: ReceiptParts): Receipts {
  const owed = new Map<string, Map<number, OwedReceipt>>();
  const resting = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  const marks = createMarks(parts);
  let stopped = false;

  const sendNext = (gateway: string): void => {
    const next = owed.get(gateway)?.values().next().value;
    if (!next || stopped) return;
    owed.get(gateway)?.delete(next.boot);
    rest(gateway);
    const sending = send(parts, next)
      .then(marks.add)
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
    const { gatewayId, boot } = receipt;
    const boots = owed.get(gatewayId) ?? new Map<number, OwedReceipt>();
    owed.set(gatewayId, boots.set(boot, receipt));
    if (!resting.has(gatewayId)) sendNext(gatewayId);
  };

  return {
    owe: keep,
    stop: async () => {
      stopped = true;
      for (const timer of resting.values()) clearTimeout(timer);
      await Promise.all(underWay);
      await marks.flush();
    },
  };
}

async function send({ key, clock, publish }: ReceiptParts, owed: OwedReceipt): Promise<SentReceipt> {
  const at = clock();
  const { tenantId, gatewayId, boot } = owed;
  const { topic, payload } = await makeReceipt(gatewayId, boot, owed, key, at);
  await publish(topic, payload);
  return { tenantId, gatewayId, boot, at };
}

/** Gathers marks of a moment into one write. One that fails is left out: that receipt is sent once more after a restart. */
function createMarks({ log, markSent }: Pick<ReceiptParts, "log" | "markSent">) {
  let waiting: SentReceipt[] = [];
  let timer: NodeJS.Timeout | null = null;
  const flush = async (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    const newest = new Map(waiting.map((sent) => [`${sent.tenantId}/${sent.gatewayId}/${sent.boot}`, sent]));
    waiting = [];
    await markSent([...newest.values()]).catch((error: unknown) =>
      log.warn({ err: error, receipts: newest.size }, "can't keep which receipts were sent"),
    );
  };
  return {
    add: (sent: SentReceipt): void => {
      waiting.push(sent);
      timer ??= setTimeout(flush, pauseMs);
    },
    flush,
  };
}
