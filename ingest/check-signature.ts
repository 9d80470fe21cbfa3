import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type SignatureAlg, verifySignature } from "#domain/log/signature.ts";

/** An Ed25519 public key in SubjectPublicKeyInfo is this and its 32 bytes (RFC 8410 §4). */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const keysMax = 10_000;
const keys = new Map<string, KeyObject>();

/**
 * `verifySignature` of the domain for the hot path: Ed25519 by the platform, several times quicker, its key parsed
 * once. Never throws: whatever is ill-formed is false.
 */
export function checkSignature(
  alg: SignatureAlg,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (alg !== "Ed25519") return verifySignature(alg, publicKey, message, signature);
  try {
    return signature.length === 64 && verify(null, message, keyObject(publicKey), signature);
  } catch {
    return false;
  }
}

function keyObject(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString("base64");
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size >= keysMax) keys.clear();
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: "der", type: "spki" });
  keys.set(name, key);
  return key;
}
