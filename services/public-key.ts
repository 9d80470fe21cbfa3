import { fromBase64 } from "#domain/log/bytes.ts";
import type { SignatureAlg } from "#domain/log/signature.ts";
import { checkKey } from "./check-signature.ts";

/** How a key may be named. */
export const kidPattern = /^[\w.:-]{1,64}$/;

const lengths = { Ed25519: [32], ES256: [33, 65] } as const;

/** What a public key of an algorithm must be, in the words of a fault. */
export function publicKeyForm(alg: SignatureAlg): string {
  return `must be the base64 of ${lengths[alg].join(" or ")} bytes that are a public key of ${alg}`;
}

/** The bytes of a public key in base64: 32 for Ed25519, a point of 33 or 65 for ES256; null for anything else. */
export function readPublicKey(alg: SignatureAlg, text: string): Uint8Array | null {
  const bytes = decode(text);
  if (bytes === null || !lengths[alg].some((length) => length === bytes.length)) return null;
  return checkKey(alg, bytes) ? bytes : null;
}

function decode(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}
