import { createHash, randomBytes } from "node:crypto";

/** The form of an API key: `cmk_` and 32 random bytes in base64url. */
export const apiKeyPattern = /^cmk_[A-Za-z0-9_-]{43}$/;

/** A new API key. */
export function newApiKey(): string {
  return `cmk_${randomBytes(32).toString("base64url")}`;
}

/** What is kept of an API key: its SHA-256 (the key has 256 random bits, so a slow hash adds nothing). */
export function apiKeyHash(secret: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(secret).digest());
}
