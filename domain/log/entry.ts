/**
 * Entries of the log (design §5): what is public of an entry is its place in a stream and a commitment;
 * what it says is opened by giving the salts, the header and the body.
 */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { hashCanonical } from "./hash-canonical.ts";
import { leafPrefix, type Sha256 } from "./merkle.ts";

/** `prev` of a stream's first entry: 32 zero bytes. */
export const NO_PREVIOUS = "0".repeat(64);

/** What the log holds of one entry; every hash is 64 lower-case hex digits. */
export interface Entry {
  readonly v: 1;
  readonly stream: string;
  readonly seq: number;
  readonly prev: string;
  readonly commit: string;
}

/** What stays known of an entry for ever, even when its body was erased; times in epoch ms. */
export interface EntryHeader {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly body: string;
}

/** An opened entry: the salts (32 hex digits each) and the content that the commitment hides. */
export interface Opening {
  readonly salt: string;
  readonly header: { readonly kind: string; readonly from: number; readonly to: number };
  readonly bodySalt: string;
  readonly body: unknown;
}

/** The stream id (64 hex digits) of a subject: SHA-256("coldmark/stream/1" ‖ 0x00 ‖ subject). */
export function streamOf(subject: string, sha256: Sha256 = nobleSha256): string {
  return toHex(sha256(utf8(`coldmark/stream/1\0${subject}`)));
}

/** The salted commitment to a JSON value: SHA-256(salt ‖ JCS(value)), hex. */
export function saltedHash(salt: string, value: unknown, sha256?: Sha256): string {
  return toHex(hashCanonical(fromHex(salt), value, sha256));
}

/** The commitment of an opening: its header with the body's salted hash, hashed under the entry's own salt. */
export function commitmentOf(opening: Opening, sha256?: Sha256): string {
  const { kind, from, to } = opening.header;
  const body = saltedHash(opening.bodySalt, opening.body, sha256);
  return saltedHash(opening.salt, { body, from, kind, to }, sha256);
}

/** The bytes of an entry that the tree hashes: its RFC 8785 form, whose members come in the order of their names. */
export function entryBytes(entry: Entry): Uint8Array {
  return utf8(JSON.stringify(inOrder(entry)));
}

function inOrder({ v, stream, seq, prev, commit }: Entry): Entry {
  return { commit, prev, seq, stream, v };
}

/** The bytes of a header that its commitment hides, in RFC 8785 form. */
export function headerBytes({ kind, from, to, body }: EntryHeader): Uint8Array {
  return utf8(JSON.stringify({ body, from, kind, to }));
}

/** The leaf hash of an entry, hex (RFC 9162 §2.1.1). */
export function entryLeaf(entry: Entry, sha256?: Sha256): string {
  return toHex(hashCanonical(leafPrefix, inOrder(entry), sha256));
}
