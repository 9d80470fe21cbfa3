/** Ed25519 signatures to check, in one piece of memory that changes hands instead of being copied. */
import type { SignatureCheck } from "./check-signature.ts";

const keyBytes = 32;
const signatureBytes = 64;
const lengthBytes = 4;

/** Whether a check fits into a batch: Ed25519, with key and signature of the only lengths there are. */
export function isBatchable({ alg, publicKey, signature }: SignatureCheck): boolean {
  return alg === "Ed25519" && publicKey.length === keyBytes && signature.length === signatureBytes;
}

/** Puts checks one behind the other: the message's length, key, signature, message. */
export function packChecks(checks: readonly SignatureCheck[]): ArrayBuffer {
  const fixed = lengthBytes + keyBytes + signatureBytes;
  const bytes = new Uint8Array(checks.reduce((sum, { message }) => sum + fixed + message.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { publicKey, signature, message } of checks) {
    view.setUint32(at, message.length);
    at += lengthBytes;
    for (const part of [publicKey, signature, message]) {
      bytes.set(part, at);
      at += part.length;
    }
  }
  return bytes.buffer;
}

/** The checks of a batch, as views of its bytes. */
export function* unpackChecks(batch: ArrayBuffer): Iterable<Omit<SignatureCheck, "alg">> {
  const view = new DataView(batch);
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    return new Uint8Array(batch, at - length, length);
  };
  while (at < batch.byteLength) {
    const length = view.getUint32(at);
    at += lengthBytes;
    yield { publicKey: take(keyBytes), signature: take(signatureBytes), message: take(length) };
  }
}
