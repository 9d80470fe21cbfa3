import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { InboundMessage } from "./message.ts";
import type { Receipts } from "./receipts.ts";
import { moveUp, noteArrivals, nothingYet, type Sequence } from "./track-sequence.ts";

/**
 * The negative control of the loss tests (setting TEST_RECEIPT_BEFORE_COMMIT): receipts for what has only arrived. A
 * kill then loses messages that gateways were told are durable, and the loss tests must notice. Takes messages in order.
 */
export function createPrematureReceipts(receipts: Receipts): (message: InboundMessage) => void {
  const sequences = new Map<string, Sequence>();
  return ({ gateway, payload }) => {
    const position = positionOf(payload);
    if (!position) return;
    const key = `${gateway}/${position.boot}`;
    const noted = noteArrivals(sequences.get(key) ?? nothingYet, [position.seq]);
    const sequence = moveUp(noted, [{ seq: position.seq, sha256: fastSha256(payload) }]);
    sequences.set(key, sequence);
    receipts.owe({ tenantId: "", gatewayId: gateway, boot: position.boot, ...sequence });
  };
}

function positionOf(payload: Uint8Array): { boot: number; seq: number } | null {
  try {
    const outer = JSON.parse(Buffer.from(payload).toString("utf8"));
    const body = outer.body ? JSON.parse(Buffer.from(outer.body, "base64").toString("utf8")) : outer;
    return Number.isSafeInteger(body.boot) && Number.isSafeInteger(body.seq) ? body : null;
  } catch {
    return null;
  }
}
