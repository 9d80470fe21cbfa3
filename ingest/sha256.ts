import { hash } from "node:crypto";

/**
 * The SHA-256 of bytes, on the hot path. Given out as text and written into Node's pool: as a buffer, each hash would be an
 * allocation outside of V8's heap, slower than the hash itself and collected one by one.
 */
export function sha256(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafe(32);
  own.write(hash("sha256", bytes, "binary"), "binary");
  return own;
}
