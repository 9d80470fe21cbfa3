/** Signatures of gateways, organisations and the log: Ed25519, and ES256 because secure elements have it. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { concatBytes, utf8 } from "./bytes.ts";
import { verifyEd25519 } from "./ed25519.ts";

/** The signature algorithms that gateways and organisations may use. */
export type SignatureAlg = "Ed25519" | "ES256";

const messageTag = utf8("coldmark/msg/1\0");
const separator = Uint8Array.of(0);

/**
 * Whether a signature holds. Ed25519 (RFC 8032): 32-byte key, canonical points, no small-order key. ES256 (RFC 7518
 * §3.4): P-256 over SHA-256, signature r ‖ s of 64 bytes, key 33 or 65 bytes (SEC 1 §2.3.3); high s is allowed, as
 * secure elements make it. Never throws: whatever is ill-formed is false.
 */
export function verifySignature(
  alg: SignatureAlg,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    if (alg === "Ed25519") return verifyEd25519(publicKey, message, signature);
    if (signature.length !== 64) return false;
    return alg === "ES256" && p256.verify(signature, message, publicKey, { format: "compact", lowS: false });
  } catch {
    return false;
  }
}

/** The 64-byte Ed25519 signature of a message by a 32-byte private key (RFC 8032 §5.1.6). */
export function signEd25519(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, privateKey);
}

/** What a gateway signs: "coldmark/msg/1" ‖ 0x00 ‖ topic ‖ 0x00 ‖ body bytes, so a body holds for one topic only. */
export function messageToSign(topic: string, body: Uint8Array): Uint8Array {
  return concatBytes(messageTag, utf8(topic), separator, body);
}
