import { createHash } from "node:crypto";

/** What is kept of a sticker's claim code: the SHA-256 of its characters. */
export function claimHash(code: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(code).digest());
}
