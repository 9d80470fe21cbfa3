import { hash } from "node:crypto";

const hashBytes = 32;

/**
 * SHA-256 by OpenSSL, for whoever hashes thousands at once: half the time of the browser's way. Given out as text and copied into
 * bytes that V8 keeps in its own heap: as a buffer, each hash would be an allocation outside of it, slower than the hash
 * itself and collected one by one; from Node's pool, one hash that is kept would keep 255 others.
 */
export function fastSha256(bytes: Uint8Array): Uint8Array {
  const text = hash("sha256", bytes, "binary");
  const own = new Uint8Array(hashBytes);
  for (let at = 0; at < hashBytes; at += 1) own[at] = text.charCodeAt(at);
  return own;
}
