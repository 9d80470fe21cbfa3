import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import type { SignatureAlg } from "#domain/log/signature.ts";

/** What stands before the bare key in SubjectPublicKeyInfo: Ed25519 (RFC 8410 §4), P-256 (RFC 5480 §2) by point form. */
const spkiPrefixes: Readonly<Record<string, Buffer>> = {
  "Ed25519 32": Buffer.from("302a300506032b6570032100", "hex"),
  "ES256 33": Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex"),
  "ES256 65": Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"),
};
/** First bytes of points (SEC 1 §2.3.3); OpenSSL would take the hybrid forms 6 and 7 too. */
const pointForms: Readonly<Record<number, readonly number[]>> = { 33: [2, 3], 65: [4] };
const digests: Readonly<Record<SignatureAlg, string | null>> = { Ed25519: null, ES256: "sha256" };
const keysMax = 10_000;
const keys = new Map<string, KeyObject>();

/** A signature (64 bytes), and what it should hold over. */
export interface SignatureCheck {
  readonly alg: SignatureAlg;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * `verifySignature` of the domain for the hot path: by the platform, many times quicker, its key parsed once. Never
 * throws: whatever is ill-formed is false.
 */
export function checkSignature({ alg, publicKey, message, signature }: SignatureCheck): boolean {
  try {
    if (signature.length !== 64) return false;
    return verify(digests[alg], message, keyInput(alg, publicKey), signature);
  } catch {
    return false;
  }
}

/** As `checkSignature`, in the pool of the platform's threads: it takes this one some 10 µs of the 130 µs for Ed25519. */
export function checkInPool({ alg, publicKey, message, signature }: SignatureCheck): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      if (signature.length !== 64) return resolve(false);
      const key = keyInput(alg, publicKey);
      verify(digests[alg], message, key, signature, (error, holds) => resolve(error === null && holds));
    } catch {
      resolve(false);
    }
  });
}

function keyInput(alg: SignatureAlg, publicKey: Uint8Array) {
  const key = keyObject(alg, publicKey);
  return alg === "Ed25519" ? key : { key, dsaEncoding: "ieee-p1363" as const };
}

/** Whether these bytes are a public key that signatures can be checked by: on the curve, in a form of its own, not of small order. */
export function checkKey(alg: SignatureAlg, publicKey: Uint8Array): boolean {
  try {
    keyObject(alg, publicKey);
    return true;
  } catch {
    return false;
  }
}

function keyObject(alg: SignatureAlg, publicKey: Uint8Array): KeyObject {
  const name = `${alg} ${Buffer.from(publicKey).toString("base64")}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size >= keysMax) keys.clear();
  const key = parseKey(alg, publicKey);
  keys.set(name, key);
  return key;
}

/** @throws Error for a key that the domain wouldn't take either */
function parseKey(alg: SignatureAlg, publicKey: Uint8Array): KeyObject {
  const prefix = spkiPrefixes[`${alg} ${publicKey.length}`];
  if (prefix === undefined) throw new Error(`no ${alg} key has ${publicKey.length} bytes`);
  if (alg === "ES256" && !pointForms[publicKey.length]?.includes(publicKey[0] ?? 0)) {
    throw new Error("not a point of SEC 1");
  }
  // OpenSSL takes points of small order, under which one signature holds for every message.
  if (alg === "Ed25519" && ed25519.Point.fromBytes(publicKey).isSmallOrder()) {
    throw new Error("a key of small order");
  }
  return createPublicKey({ key: Buffer.concat([prefix, publicKey]), format: "der", type: "spki" });
}
