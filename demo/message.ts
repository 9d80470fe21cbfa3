/** Messages of a gateway's firmware, signed or not (design §4). */
import { toBase64, utf8 } from "#domain/log/bytes.ts";
import { messageToSign } from "#domain/log/signature.ts";
import type { Reading } from "./reading-source.ts";
import type { DeviceKey } from "./seed.ts";
import { signAs } from "./sign.ts";

/** What one message says; `sent` is the gateway's own clock, epoch ms. */
export interface MessageBody {
  readonly boot: number;
  readonly seq: number;
  readonly sent: number;
  readonly readings: readonly Reading[];
}

/** A gateway's topic of one lane. */
export function topicOf(gateway: string, lane: "data" | "hist" | "status" | "receipt" | "command"): string {
  return `coldmark/v1/${gateway}/${lane}`;
}

/** The payload of a message: the body itself, or the wrapper with a signature that holds for this topic only. */
export function messagePayload(topic: string, body: MessageBody, key: DeviceKey | null): Uint8Array {
  const bytes = utf8(JSON.stringify({ v: 1, ...body }));
  if (!key) return bytes;
  const sig = toBase64(signAs(key, messageToSign(topic, bytes)));
  return utf8(JSON.stringify({ v: 1, kid: key.kid, alg: "Ed25519", sig, body: toBase64(bytes) }));
}
