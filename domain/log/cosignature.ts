/**
 * Cosignatures: what a witness signs of a checkpoint once it has verified that the log only grew (C2SP tlog-cosignature,
 * Ed25519, `cosignature/v1`). A line of the signed note like any other; the key's type is 0x04.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, fromBase64, toHex, utf8 } from "./bytes.ts";
import { verifySignature } from "./signature.ts";

/** A witness by its verifier key. */
export interface WitnessKey {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A witness's line of the note, and when it says that this was the newest tree it had seen (seconds since 1970). */
export interface Cosignature {
  readonly line: string;
  readonly timeS: number;
}

const cosignatureType = 0x04;
const keyIdLength = 4;
const timeLength = 8;
const signatureLength = 64;
const verifierKey = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/u;
const signatureLine = /^— (\S+) (\S+)$/u;

/** The witness of a verifier key `name+key id+base64(0x04 ‖ key)`; null where it is none. */
export function parseWitnessKey(vkey: string): WitnessKey | null {
  const [, name, hexId, encoded] = verifierKey.exec(vkey) ?? [];
  const bytes = encoded === undefined ? null : bytesOrNull(encoded);
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== cosignatureType) return null;
  const keyId = sha256(concatBytes(utf8(`${name}\n`), bytes)).slice(0, keyIdLength);
  return toHex(keyId) === hexId ? { name, keyId, publicKey: bytes.slice(1) } : null;
}

/** The first of these lines that is this witness's cosignature of a checkpoint's body; null where none is. Never throws. */
export function findCosignature(lines: string, body: string, key: WitnessKey): Cosignature | null {
  for (const line of lines.split("\n")) {
    const timeS = timeOf(line, body, key);
    if (timeS !== null) return { line, timeS };
  }
  return null;
}

/** Key id, time in eight bytes, signature over the time and the body (tlog-cosignature, "Ed25519 signed message"). */
function timeOf(line: string, body: string, key: WitnessKey): number | null {
  const [, name, encoded] = signatureLine.exec(line) ?? [];
  const bytes = encoded === undefined ? null : bytesOrNull(encoded);
  if (name !== key.name || bytes?.length !== keyIdLength + timeLength + signatureLength) return null;
  if (!equalBytes(bytes.slice(0, keyIdLength), key.keyId)) return null;
  const time = BigInt(`0x${toHex(bytes.slice(keyIdLength, keyIdLength + timeLength))}`);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const message = utf8(`cosignature/v1\ntime ${time}\n${body}`);
  const signature = bytes.slice(keyIdLength + timeLength);
  return verifySignature("Ed25519", key.publicKey, message, signature) ? Number(time) : null;
}

function bytesOrNull(base64: string): Uint8Array | null {
  try {
    return fromBase64(base64);
  } catch {
    return null;
  }
}
