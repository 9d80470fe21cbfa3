/** Ed25519 alone, for the verifier: a page that checks a proof need not load the curve of secure elements too. */
import { ed25519 } from "@noble/curves/ed25519.js";

/**
 * Whether an Ed25519 signature holds (RFC 8032 §5.1.7): 32-byte key, canonical points, no small-order key. Never throws:
 * whatever is ill-formed is false.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return signature.length === 64 && ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
