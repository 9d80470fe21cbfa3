/**
 * CBOR from strangers (RFC 8949), with the strictness of strict-json: what JSON can't say is refused, but for byte strings.
 * Written here because the libraries let the last of two equal keys win and give tags a meaning.
 */
import { AppError } from "../errors.ts";

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly maxDepth: number;
  at: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const indefinite = 31;
const shortText = 16;

/**
 * The value of exactly one CBOR item: maps with text keys become objects, byte strings stay bytes. Refused are tags,
 * indefinite lengths, `undefined`, numbers that are not finite or beyond 2^53, equal keys, `__proto__`, and what follows.
 * Takes time in proportion to the bytes, whatever lengths they claim.
 * @throws AppError BAD_REQUEST
 */
export function parseStrictCbor(bytes: Uint8Array, limits: { maxDepth: number }): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { bytes, view, maxDepth: limits.maxDepth, at: 0 };
  const value = readItem(reader, 0);
  if (reader.at !== bytes.length) throw refusal("something follows the CBOR item");
  return value;
}

function refusal(detail: string): AppError {
  return new AppError("BAD_REQUEST", detail);
}

/** Steps over the next `length` bytes and gives where they begin. */
function take(reader: Reader, length: number): number {
  const { at } = reader;
  if (length > reader.bytes.length - at) throw refusal("the CBOR ends too early");
  reader.at = at + length;
  return at;
}

function readItem(reader: Reader, depth: number): unknown {
  const head = reader.bytes[take(reader, 1)] ?? 0;
  const major = head >> 5;
  const info = head & 31;
  if (info === indefinite) throw refusal("an indefinite length or a break is not allowed");
  if (major === 7) return readSimple(reader, info);
  if (major === 6) throw refusal("a tag is not allowed");
  const count = readCount(reader, info);
  if (major === 0) return count;
  if (major === 1) return whole(-1 - count);
  if (major === 2) return readBytes(reader, count);
  if (major === 3) return readText(reader, count);
  if (depth >= reader.maxDepth) throw refusal(`nested deeper than ${reader.maxDepth} levels`);
  return major === 4 ? readArray(reader, count, depth + 1) : readMap(reader, count, depth + 1);
}

function readCount(reader: Reader, info: number): number {
  if (info < 24) return info;
  if (info === 24) return reader.view.getUint8(take(reader, 1));
  if (info === 25) return reader.view.getUint16(take(reader, 2));
  if (info === 26) return reader.view.getUint32(take(reader, 4));
  if (info !== 27) throw refusal("a reserved length is not allowed");
  return whole(Number(reader.view.getBigUint64(take(reader, 8))));
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw refusal("a whole number lies beyond 2^53 - 1");
  return value;
}

function readBytes(reader: Reader, length: number): Uint8Array {
  const at = take(reader, length);
  return reader.bytes.subarray(at, at + length);
}

function readText(reader: Reader, length: number): string {
  const at = take(reader, length);
  const short = length <= shortText ? asciiText(reader.bytes, at, length) : null;
  if (short !== null) return short;
  try {
    return utf8.decode(reader.bytes.subarray(at, at + length));
  } catch {
    throw refusal("a text is not UTF-8");
  }
}

/** Keys and channels are short: a decoder for each costs more than they do. Null where it isn't ASCII. */
function asciiText(bytes: Uint8Array, at: number, length: number): string | null {
  let text = "";
  for (let n = at; n < at + length; n += 1) {
    const byte = bytes[n] ?? 0;
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

function readArray(reader: Reader, length: number, depth: number): unknown[] {
  const items: unknown[] = [];
  for (let n = 0; n < length; n += 1) items.push(readItem(reader, depth));
  return items;
}

function readMap(reader: Reader, length: number, depth: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (let n = 0; n < length; n += 1) {
    const key = readItem(reader, reader.maxDepth);
    if (typeof key !== "string") throw refusal("a key must be a text");
    if (key === "__proto__") throw refusal("__proto__ is not allowed as a key");
    if (Object.hasOwn(map, key)) throw refusal(`the key ${JSON.stringify(key)} appears twice`);
    map[key] = readItem(reader, depth);
  }
  return map;
}

function readSimple(reader: Reader, info: number): unknown {
  if (info === 20) return false;
  if (info === 21) return true;
  if (info === 22) return null;
  if (info === 25) return finite(halfAt(reader.view, take(reader, 2)));
  if (info === 26) return finite(reader.view.getFloat32(take(reader, 4)));
  if (info === 27) return finite(reader.view.getFloat64(take(reader, 8)));
  throw refusal("a simple value other than false, true and null is not allowed");
}

/** IEEE 754 binary16 (RFC 8949 appendix D). */
function halfAt(view: DataView, at: number): number {
  const half = view.getUint16(at);
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 31) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw refusal("a number is not finite");
  return value;
}
