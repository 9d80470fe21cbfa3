/** Everything secret or random in the demo network follows from its seed, so that a restart is the same network. */
import { createHash } from "node:crypto";
import { toBase64, toHex } from "#domain/log/bytes.ts";
import { publicKeyOf } from "./sign.ts";

/** An Ed25519 key pair with its name, as an enrolled device holds it; keys are 32 bytes. */
export interface DeviceKey {
  readonly kid: string;
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Draws from a seed; the same seed and label always give the same. For demonstrations only: the seed is known. */
export interface Seed {
  bytes(label: string): Uint8Array;
  /** 16 bytes in hex: the label of an equipment, the name of a measuring point. */
  label(label: string): string;
  digits(label: string, count: number): string;
  secret(label: string): string;
  key(label: string): DeviceKey;
  /** A 32-bit start for `noise`. */
  number(label: string): number;
}

/** The draws of one seed. */
export function seedOf(seed: string): Seed {
  const bytes = (label: string): Uint8Array =>
    new Uint8Array(createHash("sha256").update(`coldmark/demo/${seed}\0${label}`).digest());
  return {
    bytes,
    label: (label) => toHex(bytes(`label/${label}`).subarray(0, 16)),
    digits: (label, count) => digitsOf(bytes(`digits/${label}`), count),
    secret: (label) => base64Url(bytes(`secret/${label}`)),
    key: (label) => keyOf(label, bytes(`key/${label}`)),
    number: (label) => new DataView(bytes(`number/${label}`).buffer).getUint32(0),
  };
}

/** A repeatable draw in [0, 1) for one place of a sequence: noise of a probe, openings of a door. */
export function noise(start: number, place: number): number {
  let mixed = (start ^ Math.imul(place | 0, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

function keyOf(label: string, privateKey: Uint8Array): DeviceKey {
  return { kid: `${label}-1`, privateKey, publicKey: publicKeyOf(privateKey) };
}

function digitsOf(bytes: Uint8Array, count: number): string {
  return Array.from({ length: count }, (_, at) => String((bytes[at] ?? 0) % 10)).join("");
}

function base64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
