/** Ed25519 by the platform: a simulated network signs and verifies for hundreds of devices in one process. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** An Ed25519 private key in PKCS #8, a public one in SPKI, is one of these and its 32 bytes (RFC 8410 §4, §7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const privateKeys = new WeakMap<Uint8Array, KeyObject>();
const publicKeys = new WeakMap<Uint8Array, KeyObject>();

/** A device's 64-byte signature by its 32-byte private key. */
export function signAs(device: { readonly privateKey: Uint8Array }, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKeyObject(device.privateKey)));
}

/** Whether a signature holds by a 32-byte public key; whatever is ill-formed is false. */
export function holdsFor(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const known = publicKeys.get(publicKey);
  const der = Buffer.concat([spkiPrefix, publicKey]);
  const key = known ?? createPublicKey({ key: der, format: "der", type: "spki" });
  if (known === undefined) publicKeys.set(publicKey, key);
  return verify(null, message, key, signature);
}

/** The 32-byte public key of a private one. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKeyObject(privateKey)).export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(spkiPrefix.length));
}

function privateKeyObject(privateKey: Uint8Array): KeyObject {
  const known = privateKeys.get(privateKey);
  const der = Buffer.concat([pkcs8Prefix, privateKey]);
  const key = known ?? createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  if (known === undefined) privateKeys.set(privateKey, key);
  return key;
}
