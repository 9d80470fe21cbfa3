import { hash } from "node:crypto";

/** Bytes of a SHA-256. */
const sha256Bytes = 32;

/**
 * The SHA-256 of bytes, on the hot path. Given out as text and written into Node's pool: as a buffer, each hash would be an
 * allocation outside of V8's heap, which takes twice the time of the hash itself and is collected one by one.
 */
export function sha256(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafe(sha256Bytes);
  own.write(hash("sha256", bytes, "binary"), "binary");
  return own;
}

/** h(n) = SHA-256(h(n-1) ‖ SHA-256(raw n)), one step after the other on the same 64 bytes. */
export function chainHashes(start: Uint8Array): {
  add(sha256: Uint8Array): void;
  value(): Uint8Array;
} {
  const pair = Buffer.alloc(2 * sha256Bytes);
  pair.set(start);
  return {
    add: (next) => {
      pair.set(next, sha256Bytes);
      pair.write(hash("sha256", pair, "binary"), "binary");
    },
    value: () => new Uint8Array(pair.subarray(0, sha256Bytes)),
  };
}
