import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { DeviceKey } from "./seed.ts";

/** An Ed25519 private key in PKCS #8 is this and its 32 bytes (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const keys = new WeakMap<Uint8Array, KeyObject>();

/** A device's Ed25519 signature, by the platform: a simulated network signs for hundreds of devices in one process. */
export function signAs(device: Pick<DeviceKey, "privateKey">, message: Uint8Array): Uint8Array {
  const known = keys.get(device.privateKey);
  const der = Buffer.concat([pkcs8Prefix, device.privateKey]);
  const key = known ?? createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  if (known === undefined) keys.set(device.privateKey, key);
  return new Uint8Array(sign(null, message, key));
}
