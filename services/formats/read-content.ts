import { gunzipSync } from "node:zlib";
import { AppError } from "#domain/errors.ts";
import { parseStrictCbor } from "#domain/formats/strict-cbor.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";

/** Bounds of what a message may unpack to, in bytes. */
interface ContentLimits {
  readonly maxInflatedBytes: number;
}

/** What zlib answers with `info`, which its types leave out; `bytesWritten` is what it took in. */
interface Unpacked {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

const depthMax = 8;
const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const tooLarge = "ERR_BUFFER_TOO_LARGE";

/** A message's value, and how many bytes it came from once unpacked. */
interface Content {
  readonly value: unknown;
  readonly unpackedBytes: number;
}

/**
 * The value in a message's bytes; its first byte decides: gzip (RFC 1952) of one of the others, a CBOR map, else JSON.
 * Depends on the bytes alone, and never makes more of them than the limit.
 * @throws AppError TOO_LARGE when it unpacks to more, BAD_REQUEST for what is no strict JSON or CBOR, or gzip in gzip
 */
export function readContent(bytes: Uint8Array, limits: ContentLimits): Content {
  const plain = isGzip(bytes) ? inflate(bytes, limits.maxInflatedBytes) : bytes;
  return { value: readPlain(plain, limits), unpackedBytes: plain.length };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function readPlain(bytes: Uint8Array, { maxInflatedBytes }: ContentLimits): unknown {
  if (((bytes[0] ?? 0) & 0xe0) === 0xa0) return parseStrictCbor(bytes, { maxDepth: depthMax });
  return parseStrictJson(decode(bytes), { maxBytes: maxInflatedBytes, maxDepth: depthMax });
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8Strict.decode(bytes);
  } catch {
    throw new AppError("BAD_REQUEST", "not UTF-8");
  }
}

function inflate(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  try {
    const { buffer, engine } = gunzipSync(bytes, { maxOutputLength, info: true }) as unknown as Unpacked;
    if (engine.bytesWritten === bytes.length) return buffer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === tooLarge) {
      throw new AppError("TOO_LARGE", `it unpacks to more than ${maxOutputLength} bytes`);
    }
  }
  throw new AppError("BAD_REQUEST", "the gzip is damaged, or something follows it");
}
