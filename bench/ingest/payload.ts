import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { messageToSign } from "#domain/log/signature.ts";
import type { PlannedMessage } from "./load.ts";

/** The channel of every gateway's only sensor. */
export const channel = "t1";
/** The key every gateway of a bench signs with; a bench keeps no secrets. */
const seed = new Uint8Array(32).fill(11);
const year2200 = 7_258_118_400_000;
/** What stands before the bare key in PKCS #8 (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** The public half of the gateways' key. */
export const gatewayPublicKey: Uint8Array = ed25519.getPublicKey(seed);

/** The name of a gateway's key. */
export function keyId(gateway: string): string {
  return `${gateway}.key-1`;
}

/** The topic of a gateway's live readings. */
export function dataTopic(gateway: string): string {
  return `coldmark/v1/${gateway}/data`;
}

/** Puts a message into the native form of design §4, signed where asked for, with its poison. */
export function toPayload(
  message: PlannedMessage,
  { boot, isSigned }: { boot: number; isSigned: boolean },
): Buffer {
  const { gateway, seq, poison } = message;
  const readings = message.readings.map(({ ts, temperatureC }) => ({
    s: channel,
    ts: poison === "time" ? year2200 : ts,
    t: poison === "text" ? "n/a" : temperatureC,
  }));
  const body = JSON.stringify({ v: 1, boot, seq, sent: message.readings.at(-1)?.ts, readings });
  const text = isSigned ? signed(gateway, Buffer.from(body)) : body;
  return Buffer.from(poison === "cut" ? text.slice(0, -8) : text);
}

let privateKey: KeyObject | null = null;

function signed(gateway: string, body: Buffer): string {
  const key = Buffer.concat([pkcs8Prefix, seed]);
  privateKey ??= createPrivateKey({ key, format: "der", type: "pkcs8" });
  const sig = sign(null, messageToSign(dataTopic(gateway), body), privateKey).toString("base64");
  return JSON.stringify({ v: 1, kid: keyId(gateway), alg: "Ed25519", sig, body: body.toString("base64") });
}
