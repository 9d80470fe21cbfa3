import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import { gatewayKey } from "#test/support/gateway-network.ts";
import { bodyOf, signedMessage } from "#test/support/mqtt-gateway.ts";
import { decodeMessage } from "./decode-message.ts";

const limits = { maxBytes: 262_144, maxReadings: 5_000 };
const topic = "coldmark/v1/gw-1/data";
const key = {
  kid: "k1",
  alg: "Ed25519",
  publicKey: ed25519.getPublicKey(gatewayKey),
  revokedAt: null,
} as const;
const gateway: GatewayFacts = {
  tenant: "t",
  id: "gw-1",
  signatureRequired: false,
  revokedAt: null,
  keys: new Map([["k1", key]]),
  channels: new Map(),
};
const message = (payload: string | Uint8Array, change: object = {}) => ({
  id: 1,
  receivedAt: 1_000,
  gateway: "gw-1",
  topic,
  lane: "data",
  payload: typeof payload === "string" ? Buffer.from(payload) : payload,
  sha256: new Uint8Array(32),
  door: "embedded",
  ...change,
});
const body = bodyOf(3, 4, [{}], 5);

describe("a message", () => {
  test("unsigned: its position and readings, no key", () => {
    expect(decodeMessage(message(body), gateway, limits)).toEqual({
      kind: "readings",
      position: { tenant: "t", gateway: "gw-1", boot: 3, seq: 4, kid: null },
      sent: 5,
      readings: [{}],
    });
  });

  test("signed: names the key whose signature held", () => {
    const decoded = decodeMessage(message(signedMessage(topic, body, "k1")), gateway, limits);
    expect(decoded).toMatchObject({ kind: "readings", position: { kid: "k1" } });
  });

  test("a key or gateway revoked later still held when the message came", () => {
    const late = { ...gateway, revokedAt: 1_001, keys: new Map([["k1", { ...key, revokedAt: 1_001 }]]) };
    expect(decodeMessage(message(signedMessage(topic, body, "k1")), late, limits).kind).toBe("readings");
    const gone = { ...gateway, revokedAt: 1_000 };
    expect(decodeMessage(message(body), gone, limits)).toMatchObject({ reason: "REVOKED_GATEWAY" });
  });

  test("unsigned, it holds where signing is required since a later moment only, also on a second look", () => {
    const since = (signatureRequiredSince: number | null) =>
      decodeMessage(message(body), { ...gateway, signatureRequired: true, signatureRequiredSince }, limits);
    expect(since(1_001).kind).toBe("readings");
    for (const moment of [1_000, null]) expect(since(moment)).toMatchObject({ reason: "SIGNATURE_REQUIRED" });
  });

  test("refused for its shape, it still says which one it is; unsigned where signing is required, it does not", () => {
    const broken = message('{"v":1,"boot":3,"seq":4,"sent":5,"readings":{}}');
    const position = { tenant: "t", gateway: "gw-1", boot: 3, seq: 4, kid: null };
    expect(decodeMessage(broken, gateway, limits)).toMatchObject({ reason: "BAD_SHAPE", position });
    const strict = { ...gateway, signatureRequired: true };
    expect(decodeMessage(broken, strict, limits)).toMatchObject({
      reason: "SIGNATURE_REQUIRED",
      position: null,
    });
  });

  test("any byte of a signed message changed: refused", () => {
    const whole = Buffer.from(signedMessage(topic, body, "k1"));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(whole);
        altered[at] = (altered[at] ?? 0) ^ change;
        expect(decodeMessage(message(altered), gateway, limits).kind).toBe("refused");
      }),
      { numRuns: 60 },
    );
  });

  test("whatever the bytes are, there is an answer", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (bytes) => {
          expect(decodeMessage(message(bytes), gateway, limits).kind).toBe("refused");
        },
      ),
      { numRuns: 500 },
    );
  });
});
