import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "./bytes.ts";
import type { Sha256 } from "./merkle.ts";

const encoder = new TextEncoder();
const room = new Uint8Array(8_192);

/**
 * The SHA-256 of some bytes and, behind them, a text in UTF-8. Both are put into one room where they fit: arrays of their own for each
 * of thousands of entries take a browser about as long as the hashes.
 */
export function hashText(before: Uint8Array, text: string, sha256: Sha256 = nobleSha256): Uint8Array {
  if (before.length + 3 * text.length > room.length) return sha256(concatBytes(before, utf8(text)));
  room.set(before);
  const { written } = encoder.encodeInto(text, room.subarray(before.length));
  return sha256(room.subarray(0, before.length + written));
}
