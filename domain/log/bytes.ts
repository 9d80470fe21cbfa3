/** Bytes and their text forms in the log; every decoder takes exactly one spelling of a value. */
import { bytesToHex, isBytes } from "@noble/hashes/utils.js";
import { AppError } from "../errors.ts";

const encoder = new TextEncoder();
/** The value of each lower-case hex digit by its code; −1 for other characters. */
const hexDigits = Int8Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code)),
);
const hashLength = 32;
/** String.fromCharCode takes its arguments from the stack, so long inputs go in pieces. */
const chunkLength = 0x2000;

/** Bytes as lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** The bytes of a lower-case hex string of even length. @throws AppError BAD_REQUEST */
export function fromHex(text: string): Uint8Array {
  const bytes = typeof text === "string" && text.length % 2 === 0 ? decodeHex(text) : null;
  if (bytes === null) throw new AppError("BAD_REQUEST", "not lower-case hex of even length");
  return bytes;
}

/** A table takes a third of the time of a browser's own decoder behind a check for capitals. */
function decodeHex(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length / 2);
  let wrong = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = (digitAt(text, 2 * at) << 4) | digitAt(text, 2 * at + 1);
    wrong |= byte;
    bytes[at] = byte;
  }
  return wrong < 0 ? null : bytes;
}

function digitAt(text: string, at: number): number {
  return hexDigits[text.charCodeAt(at)] ?? -1;
}

/** Bytes as padded standard base64 (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += chunkLength) {
    binary += String.fromCharCode(...bytes.subarray(at, at + chunkLength));
  }
  return btoa(binary);
}

/**
 * The bytes of canonical base64: padded, standard alphabet, no white space, unused bits zero (RFC 4648 §3.5).
 * @throws AppError BAD_REQUEST
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === null || toBase64(bytes) !== text) throw new AppError("BAD_REQUEST", "not canonical base64");
  return bytes;
}

function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** All parts one after the other, in a new array. */
export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** True when both hold the same bytes; public values only, the time taken tells where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** True for exactly 32 bytes, the size of every hash in the log; zero-length hashes are never hashes. */
export function isHash(value: unknown): value is Uint8Array {
  return isBytes(value) && value.length === hashLength;
}
