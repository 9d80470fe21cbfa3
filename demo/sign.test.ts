import { expect, it } from "vitest";
import { signEd25519, verifySignature } from "#domain/log/signature.ts";
import { seedOf } from "./seed.ts";
import { holdsFor, signAs } from "./sign.ts";

const key = seedOf("test").key("device");
const message = new TextEncoder().encode("what a device says");

it("signs as the log's own Ed25519 does, and each takes the other's signature", () => {
  const signature = signAs(key, message);
  expect(signature).toEqual(signEd25519(key.privateKey, message));
  expect(verifySignature("Ed25519", key.publicKey, message, signature)).toBe(true);
  expect(holdsFor(key.publicKey, message, signature)).toBe(true);
});

it("refuses another message, another key, and what is no key or signature", () => {
  const signature = signAs(key, message);
  expect(holdsFor(key.publicKey, message.subarray(1), signature)).toBe(false);
  expect(holdsFor(seedOf("test").key("other").publicKey, message, signature)).toBe(false);
  expect(holdsFor(new Uint8Array(31), message, signature)).toBe(false);
  expect(holdsFor(key.publicKey, message, signature.subarray(1))).toBe(false);
});
