import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { concatBytes, fromBase64, fromHex, toHex, utf8 } from "./bytes.ts";
import { messageToSign, signEd25519, verifySignature } from "./signature.ts";

/** RFC 8032 §7.1, TEST 1. */
const rfc = {
  privateKey: fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
  publicKey: fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
  signature: fromHex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ),
};
const order = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The raw SEC 1 point of a P-256 key made by another implementation. */
function pointOf(key: KeyObject, compressed: boolean): Uint8Array {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const [xBytes, yBytes] = [
    new Uint8Array(Buffer.from(x, "base64url")),
    new Uint8Array(Buffer.from(y, "base64url")),
  ];
  const parity = 2 + ((yBytes[31] as number) & 1);
  return compressed
    ? concatBytes(Uint8Array.of(parity), xBytes)
    : concatBytes(Uint8Array.of(4), xBytes, yBytes);
}

describe("Ed25519", () => {
  const nothing = new Uint8Array(0);

  it("signs and verifies as RFC 8032 says", () => {
    expect(toHex(signEd25519(rfc.privateKey, nothing))).toBe(toHex(rfc.signature));
    expect(verifySignature("Ed25519", rfc.publicKey, nothing, rfc.signature)).toBe(true);
    expect(verifySignature("Ed25519", rfc.publicKey, Uint8Array.of(0), rfc.signature)).toBe(false);
  });

  it("refuses s + L, the same signature spelt another way", () => {
    const s = BigInt(`0x${Buffer.from(rfc.signature.slice(32)).reverse().toString("hex")}`) + order;
    const bytes = new Uint8Array(Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse());
    const malleable = concatBytes(rfc.signature.slice(0, 32), bytes);
    expect(verifySignature("Ed25519", rfc.publicKey, nothing, malleable)).toBe(false);
  });

  it("refuses a small-order key, under which anything would verify", () => {
    const identity = concatBytes(Uint8Array.of(1), new Uint8Array(31));
    const forged = concatBytes(identity, new Uint8Array(32));
    expect(verifySignature("Ed25519", identity, utf8("anything"), forged)).toBe(false);
  });
});

describe("ES256", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const message = utf8("a reading");

  it("verifies another implementation's signatures, low s or high", () => {
    for (let round = 0; round < 8; round += 1) {
      const signature = new Uint8Array(
        sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
      );
      expect(verifySignature("ES256", pointOf(publicKey, false), message, signature)).toBe(true);
      expect(verifySignature("ES256", pointOf(publicKey, true), message, signature)).toBe(true);
      expect(verifySignature("ES256", pointOf(publicKey, true), utf8("another"), signature)).toBe(false);
    }
  });

  it("refuses DER signatures and keys of another form", () => {
    const der = new Uint8Array(sign("sha256", message, privateKey));
    const raw = new Uint8Array(sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }));
    expect(verifySignature("ES256", pointOf(publicKey, true), message, der)).toBe(false);
    expect(verifySignature("ES256", pointOf(publicKey, false).slice(1), message, raw)).toBe(false);
    expect(verifySignature("ES256", new Uint8Array(33), message, raw)).toBe(false);
  });
});

describe("verifySignature", () => {
  it("is false, never an error, for what is no key, no signature or no algorithm", () => {
    const none = null as unknown as Uint8Array;
    expect(verifySignature("Ed25519", none, none, none)).toBe(false);
    expect(verifySignature("Ed25519", new Uint8Array(5), utf8("x"), new Uint8Array(64))).toBe(false);
    expect(verifySignature("none" as "ES256", rfc.publicKey, new Uint8Array(0), rfc.signature)).toBe(false);
  });

  it("verifies the example of the signed-note format's first implementation", () => {
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const key = fromBase64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").slice(1);
    const signature = fromBase64(
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
    ).slice(4);
    expect(verifySignature("Ed25519", key, utf8(text), signature)).toBe(true);
  });
});

describe("messageToSign", () => {
  it("is the tag, the topic and the body, parted by zero bytes", () => {
    const bytes = messageToSign("coldmark/v1/g1/data", Uint8Array.of(0, 255));
    expect(toHex(bytes)).toBe(
      `${toHex(utf8("coldmark/msg/1"))}00${toHex(utf8("coldmark/v1/g1/data"))}0000ff`,
    );
  });
});
