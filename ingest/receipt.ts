import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { concatBytes, toBase64, toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
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

/** One of libuv's threads signs: what this thread would take for it, a message of every gateway a second, is a twentieth of its time. */
const signAside = promisify(sign) as (algorithm: null, data: Uint8Array, key: KeyObject) => Promise<Buffer>;

/** A signed receipt (design §4): every seq ≤ upTo and those in `also` are durable, `hash` runs up to upTo. */
export async function makeReceipt(
  gateway: string,
  boot: number,
  sequence: Sequence,
  key: ReceiptKey,
  time: number,
): Promise<{ topic: string; payload: Uint8Array }> {
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
  const sig = toBase64(await signAside(null, receiptToSign(topic, unsigned), keyObject(key)));
  return { topic, payload: utf8(JSON.stringify({ ...unsigned, sig })) };
}

const keyObjects = new WeakMap<ReceiptKey, KeyObject>();
/** What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** The platform signs ten times as fast as the portable library; reading a key costs as much as signing. */
function keyObject(key: ReceiptKey): KeyObject {
  const known = keyObjects.get(key);
  if (known) return known;
  const der = Buffer.concat([pkcs8Prefix, key.privateKey]);
  const made = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  keyObjects.set(key, made);
  return made;
}
