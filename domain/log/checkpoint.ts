/**
 * Checkpoints: what the log says it is, signed (C2SP tlog-checkpoint and signed-note v1, Ed25519 only). Three lines,
 * no extension lines; signatures of unknown keys (witnesses, a key being rotated in) are allowed and ignored.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { AppError } from "../errors.ts";
import { concatBytes, equalBytes, fromBase64, isHash, toBase64, toHex, utf8 } from "./bytes.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { signEd25519 } from "./signature.ts";

/** A tree head: the log's origin, its number of leaves and its root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

/** Why a checkpoint was not taken. */
type CheckpointError = "MALFORMED" | "KEY_UNKNOWN" | "BAD_SIGNATURE";

interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

interface VerifierKey {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

const ed25519Type = Uint8Array.of(0x01);
const noteLengthMax = 1_000_000;
const signaturesMax = 64;
const sizeLimit = 2n ** 64n;
const decimal = /^(?:0|[1-9][0-9]{0,19})$/;
const keyName = /^[^\s+\p{Cc}]+$/u;
const signatureLine = /^— (\S+) (\S+)$/u;
const verifierKey = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u;
const controlCharacter = /[^\P{Cc}\n]/u;

/** The checkpoint's body, the text that is signed. @throws AppError BAD_REQUEST when no checkpoint can say so */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  const body = `${origin}\n${size}\n${toBase64(root)}\n`;
  if (parseBody(body) === null)
    throw new AppError("BAD_REQUEST", "not a checkpoint: origin, size or root is ill-formed");
  return body;
}

/** The note: a checkpoint's body with the log's signature line. @throws AppError BAD_REQUEST on an ill-formed name */
export function signCheckpoint(body: string, key: { name: string; privateKey: Uint8Array }): string {
  refuseBadName(key.name);
  const keyId = keyIdOf(key.name, ed25519.getPublicKey(key.privateKey));
  return `${body}\n— ${key.name} ${toBase64(concatBytes(keyId, signEd25519(key.privateKey, utf8(body))))}\n`;
}

/** The verifier key of an Ed25519 key: `name+hex(key id)+base64(0x01 ‖ key)`. @throws AppError BAD_REQUEST */
export function vkeyOf(name: string, publicKey: Uint8Array): string {
  refuseBadName(name);
  if (!isHash(publicKey)) throw new AppError("BAD_REQUEST", "an Ed25519 public key has 32 bytes");
  return `${name}+${toHex(keyIdOf(name, publicKey))}+${toBase64(concatBytes(ed25519Type, publicKey))}`;
}

/**
 * The checkpoint of a note that at least one of the keys signed and none of them signed wrongly. Never throws;
 * verifier keys of other types, or whose key id is not theirs, are passed over.
 */
export function openCheckpoint(
  note: string,
  vkeys: readonly string[],
): Checkpoint | { error: CheckpointError } {
  const split = splitNote(note);
  const checkpoint = split && parseBody(split.body);
  if (!split || !checkpoint) return { error: "MALFORMED" };
  const keys = vkeys.map(parseVkey).filter((key) => key !== null);
  const checks = split.signatures.flatMap((signature) => {
    const key = keys.find((candidate) => isBy(signature, candidate));
    return key ? [verifyEd25519(key.publicKey, utf8(split.body), signature.signature)] : [];
  });
  if (checks.length === 0) return { error: "KEY_UNKNOWN" };
  return checks.every(Boolean) ? checkpoint : { error: "BAD_SIGNATURE" };
}

function splitNote(note: string): { body: string; signatures: NoteSignature[] } | null {
  if (typeof note !== "string" || note.length > noteLengthMax) return null;
  if (!note.isWellFormed() || controlCharacter.test(note) || !note.endsWith("\n")) return null;
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0) return null;
  const lines = note.slice(blank + 2, -1).split("\n");
  if (lines.length > signaturesMax) return null;
  const signatures = lines.map(parseSignatureLine).filter((signature) => signature !== null);
  return signatures.length === lines.length ? { body: note.slice(0, blank + 1), signatures } : null;
}

function parseBody(body: string): Checkpoint | null {
  const [origin, size, root, end, ...more] = body.split("\n");
  if (!origin || !size || !root || end !== "" || more.length > 0) return null;
  if (!decimal.test(size) || BigInt(size) >= sizeLimit || controlCharacter.test(origin)) return null;
  const hash = bytesOrNull(root);
  return isHash(hash) && origin.isWellFormed() ? { origin, size: BigInt(size), root: hash } : null;
}

function parseSignatureLine(line: string): NoteSignature | null {
  const [, name, encoded] = signatureLine.exec(line) ?? [];
  if (!name || !encoded || !keyName.test(name)) return null;
  const bytes = bytesOrNull(encoded);
  if (bytes === null || bytes.length < 5) return null;
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function parseVkey(vkey: string): VerifierKey | null {
  const [, name, hexId, encoded] = verifierKey.exec(vkey) ?? [];
  const bytes = encoded ? bytesOrNull(encoded) : null;
  if (!name || bytes === null || bytes.length !== 33 || bytes[0] !== ed25519Type[0]) return null;
  const publicKey = bytes.slice(1);
  const keyId = keyIdOf(name, publicKey);
  return toHex(keyId) === hexId ? { name, keyId, publicKey } : null;
}

function isBy(signature: NoteSignature, key: VerifierKey): boolean {
  return signature.name === key.name && equalBytes(signature.keyId, key.keyId);
}

/** SHA-256(name ‖ 0x0A ‖ type ‖ key), the first four bytes (signed-note, "Signatures"). */
function keyIdOf(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(`${name}\n`), ed25519Type, publicKey)).slice(0, 4);
}

function refuseBadName(name: string): void {
  if (!keyName.test(name))
    throw new AppError("BAD_REQUEST", "a key name has no spaces, plus or control characters");
}

function bytesOrNull(base64: string): Uint8Array | null {
  try {
    return fromBase64(base64);
  } catch {
    return null;
  }
}
