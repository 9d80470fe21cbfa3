import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { canonicalView } from "./canonical.ts";
import type { Sha256 } from "./merkle.ts";

/** The SHA-256 of some bytes and, behind them, a JSON value in its RFC 8785 form. @throws AppError BAD_REQUEST as `canonicalize` */
export function hashCanonical(before: Uint8Array, value: unknown, sha256: Sha256 = nobleSha256): Uint8Array {
  return sha256(canonicalView(value, before));
}
