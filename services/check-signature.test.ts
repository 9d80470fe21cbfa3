import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type SignatureAlg, verifySignature } from "#domain/log/signature.ts";
import { checkSignature } from "./check-signature.ts";
import { checkSignatureAside } from "./check-signature-aside.ts";

const privateKey = new Uint8Array(32).fill(3);
const edKey = ed25519.getPublicKey(privateKey);
const [compressed, whole] = [true, false].map((isShort) => p256.getPublicKey(privateKey, isShort)) as [
  Uint8Array,
  Uint8Array,
];
const signEs256 = (message: Uint8Array) => p256.sign(message, privateKey, { lowS: false, format: "compact" });
const signEd = (message: Uint8Array) => ed25519.sign(message, privateKey);
const word = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
const order = p256.Point.Fn.ORDER;

const aside: Promise<void>[] = [];
afterEach(() => Promise.all(aside.splice(0)));

/** What all three say, which must be the same. */
function said(alg: SignatureAlg, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const check = { alg, publicKey, message, signature };
  const hot = checkSignature(check);
  aside.push(checkSignatureAside(check).then((holds) => expect(holds).toBe(hot)));
  expect(hot).toBe(verifySignature(alg, publicKey, message, signature));
  return hot;
}

describe.each([
  ["Ed25519", "Ed25519" as const, edKey, signEd],
  ["ES256, 33 bytes", "ES256" as const, compressed, signEs256],
  ["ES256, 65 bytes", "ES256" as const, whole, signEs256],
])("checkSignature, %s", (_words, alg, key, sign) => {
  it("says what the domain says of every message, whole or with one bit turned", () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.nat({ max: 511 }), fc.boolean(), (message, bit, isTurned) => {
        const signature = sign(message);
        if (isTurned) signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(said(alg, key, message, signature)).toBe(!isTurned);
      }),
      { numRuns: 60 },
    );
  });

  it("says what the domain says of keys with one byte changed, and of other lengths", () => {
    const message = new Uint8Array(5);
    const signature = sign(message);
    for (let at = 0; at < key.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        said(alg, key.with(at, value), message, signature);
      }
    }
    for (const length of [0, 1, key.length - 1]) said(alg, key.subarray(0, length), message, signature);
    expect(said(alg, Buffer.concat([key, key.subarray(0, 1)]), message, signature)).toBe(false);
    expect(said(alg, key, message, signature.subarray(1))).toBe(false);
    expect(said(alg, key, message, Buffer.concat([signature, signature.subarray(0, 1)]))).toBe(false);
  });
});

describe("checkSignature, at the edges", () => {
  const message = new Uint8Array(9).fill(1);

  it("ES256: high and low s hold; r and s outside 1…n-1 and hybrid points don't", () => {
    const signature = signEs256(message);
    const r = signature.subarray(0, 32);
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
    const ends = [s, order - s, 0n, order, s + order].map((value) =>
      value < 2n ** 256n ? said("ES256", whole, message, Buffer.concat([r, word(value)])) : false,
    );
    expect(ends).toEqual([true, true, false, false, false]);
    expect(said("ES256", whole, message, Buffer.concat([word(0n), word(s)]))).toBe(false);
    expect(said("ES256", whole, message, Buffer.concat([word(order), word(s)]))).toBe(false);
    for (const form of [6, 7]) expect(said("ES256", whole.with(0, form), message, signature)).toBe(false);
    expect(said("ES256", new Uint8Array([0]), message, signature)).toBe(false);
  });

  it("Ed25519: a key of small order, under which anything holds, is none", () => {
    const identity = new Uint8Array(32).with(0, 1);
    const forged = Buffer.concat([identity, new Uint8Array(32)]);
    expect(said("Ed25519", identity, message, forged)).toBe(false);
  });
});
