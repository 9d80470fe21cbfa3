/** Receipts as a gateway reads them: only a known receipt key's signature over this very topic counts (design §4). */
import { concatBytes, fromBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import type { Receipt } from "./outbox.ts";
import { holdsFor } from "./sign.ts";

/** A key that signs receipts, as handed to the gateway's installer; 32 bytes, Ed25519. */
export interface ReceiptKey {
  readonly kid: string;
  readonly publicKey: Uint8Array;
}

const limits = { maxBytes: 65_536, maxDepth: 6 };

/** The receipt in a payload; null when it is ill-formed, from an unknown key or not signed for this topic. */
export function openReceipt(topic: string, payload: Uint8Array, keys: readonly ReceiptKey[]): Receipt | null {
  try {
    const value = parseStrictJson(new TextDecoder().decode(payload), limits) as Record<string, unknown>;
    const { sig, ...statement } = value;
    const key = keys.find(({ kid }) => kid === statement.kid);
    if (!key || typeof sig !== "string" || !isReceipt(statement)) return null;
    const message = receiptMessage(topic, statement);
    return holdsFor(key.publicKey, message, fromBase64(sig)) ? statement : null;
  } catch {
    return null;
  }
}

/** The bytes that a receipt's signature covers: "coldmark/receipt/1" ‖ 0x00 ‖ topic ‖ 0x00 ‖ JCS(receipt without sig). */
export function receiptMessage(topic: string, statement: unknown): Uint8Array {
  const zero = Uint8Array.of(0);
  return concatBytes(utf8("coldmark/receipt/1"), zero, utf8(topic), zero, utf8(canonicalize(statement)));
}

function isReceipt(value: Record<string, unknown>): value is Record<string, unknown> & Receipt {
  const { v, boot, upTo, also, hash } = value;
  return (
    v === 1 &&
    isSeq(boot) &&
    isSeq(upTo) &&
    Array.isArray(also) &&
    also.every(isRange) &&
    typeof hash === "string"
  );
}

function isRange(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isSeq);
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
