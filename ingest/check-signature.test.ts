import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifySignature } from "#domain/log/signature.ts";
import { checkSignature } from "./check-signature.ts";

const privateKey = new Uint8Array(32).fill(3);
const publicKey = ed25519.getPublicKey(privateKey);

describe("checkSignature", () => {
  it("says what the domain says of every message, whole or with one bit turned", () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.nat({ max: 511 }), fc.boolean(), (message, bit, isTurned) => {
        const signature = ed25519.sign(message, privateKey);
        if (isTurned) signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const said = checkSignature("Ed25519", publicKey, message, signature);
        expect(said).toBe(verifySignature("Ed25519", publicKey, message, signature));
        expect(said).toBe(!isTurned);
      }),
      { numRuns: 60 },
    );
  });

  it("is false for a key or signature of another length", () => {
    expect(checkSignature("Ed25519", publicKey.subarray(1), new Uint8Array(1), new Uint8Array(64))).toBe(
      false,
    );
    expect(checkSignature("Ed25519", publicKey, new Uint8Array(1), new Uint8Array(63))).toBe(false);
  });
});
