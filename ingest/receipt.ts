import { concatBytes, toBase64, toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { signEd25519 } from "#domain/log/signature.ts";
import { receiptTopic } from "./message.ts";
import type { Sequence } from "./track-sequence.ts";

/** The key receipts are signed with: Ed25519, `kid` as enrolled in the log. */
export interface ReceiptKey {
  readonly kid: string;
  readonly privateKey: Uint8Array;
}

/** Ranges a receipt names beyond `upTo`; the rest follows when the hole is filled. */
const rangesInReceipt = 100;
const tag = "coldmark/receipt/1";
const separator = Uint8Array.of(0);

/** What is signed in a receipt: "coldmark/receipt/1" ‖ 0x00 ‖ topic ‖ 0x00 ‖ utf8(JCS(receipt without sig)). */
export function receiptToSign(topic: string, unsigned: Record<string, unknown>): Uint8Array {
  return concatBytes(utf8(tag), separator, utf8(topic), separator, utf8(canonicalize(unsigned)));
}

/** A signed receipt (design §4): every seq ≤ upTo and those in `also` are durable, `hash` runs up to upTo. */
export function makeReceipt(
  gateway: string,
  boot: number,
  sequence: Sequence,
  key: ReceiptKey,
  time: number,
): { topic: string; payload: Uint8Array } {
  const topic = receiptTopic(gateway);
  const unsigned = {
    v: 1,
    boot,
    upTo: sequence.upTo,
    also: sequence.also.slice(0, rangesInReceipt).map(([from, to]) => [from, to]),
    hash: toHex(sequence.hash),
    time,
    kid: key.kid,
  };
  const sig = toBase64(signEd25519(key.privateKey, receiptToSign(topic, unsigned)));
  return { topic, payload: utf8(JSON.stringify({ ...unsigned, sig })) };
}
