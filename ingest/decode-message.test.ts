import { gzipSync } from "node:zlib";
import { ed25519 } from "@noble/curves/ed25519.js";
import { encode } from "cborg";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { toBase64, utf8 } from "#domain/log/bytes.ts";
import { messageToSign, signEd25519 } from "#domain/log/signature.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import { gatewayKey } from "#test/support/gateway-network.ts";
import { bodyOf, signedMessage } from "#test/support/mqtt-gateway.ts";
import { decodeAside, decodeMessage as decodeHere, readWhenChecked } from "./decode-message.ts";

const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000 };
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
  source: null,
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
const cbor = (value: unknown) => new Uint8Array(encode(value));
const fields = JSON.parse(body) as object;

const aside: Promise<void>[] = [];
afterEach(() => Promise.all(aside.splice(0)));

/** What both decoders say, which must be the same. */
function decodeMessage(...given: Parameters<typeof decodeHere>) {
  const decoded = decodeHere(...given);
  aside.push(readWhenChecked(decodeAside(...given)).then((same) => expect(same).toEqual(decoded)));
  return decoded;
}

describe("a message", () => {
  test("unsigned: its position and readings, no key", () => {
    expect(decodeMessage(message(body), gateway, limits)).toEqual({
      kind: "readings",
      tenant: "t",
      position: { tenant: "t", gateway: "gw-1", boot: 3, seq: 4, kid: null },
      sent: 5,
      readings: [{}],
      unpackedBytes: body.length,
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

  test.each<[string, Uint8Array]>([
    ["CBOR", cbor(fields)],
    ["gzip of JSON", gzipSync(body)],
    ["gzip of CBOR", gzipSync(cbor(fields))],
  ])("%s says the same as JSON, unsigned and signed", (_what, bytes) => {
    const said = { kind: "readings", position: { boot: 3, seq: 4 }, sent: 5, readings: [{}] };
    expect(decodeMessage(message(bytes), gateway, limits)).toMatchObject(said);
    const sig = signEd25519(gatewayKey, messageToSign(topic, bytes));
    const wrapper = { v: 1, kid: "k1", alg: "Ed25519" };
    const asText = { ...wrapper, sig: toBase64(sig), body: toBase64(bytes) };
    const signed = [
      JSON.stringify(asText),
      cbor(asText),
      cbor({ ...wrapper, sig, body: bytes }),
      gzipSync(cbor({ ...wrapper, sig, body: bytes })),
    ];
    for (const payload of signed) {
      const decoded = decodeMessage(message(payload), gateway, limits);
      expect(decoded).toMatchObject({ ...said, position: { kid: "k1" } });
    }
  });

  test("a signature over what a body unpacks to doesn't hold for the packed body", () => {
    const sig = signEd25519(gatewayKey, messageToSign(topic, utf8(body)));
    const wrapper = { v: 1, kid: "k1", alg: "Ed25519", sig, body: gzipSync(body) };
    expect(decodeMessage(message(cbor(wrapper)), gateway, limits)).toMatchObject({ reason: "BAD_SIGNATURE" });
  });

  const zeros = (length: number) => gzipSync(`"${"0".repeat(length - 2)}"`);
  test.each<[string, Uint8Array, string]>([
    ["M23: a bomb of 100 MB in 100 kB", gzipSync(Buffer.alloc(100_000_000)), "TOO_LARGE"],
    ["one byte beyond the limit", zeros(limits.maxInflatedBytes + 1), "TOO_LARGE"],
    ["exactly the limit, but a text", zeros(limits.maxInflatedBytes), "BAD_SHAPE"],
    ["gzip in gzip", gzipSync(gzipSync(body)), "MALFORMED"],
    ["a damaged gzip", gzipSync(body).subarray(0, -1), "MALFORMED"],
    ["something after the gzip", Buffer.concat([gzipSync(body), Buffer.from("x")]), "MALFORMED"],
    [
      "a second member that unpacks to nothing sound",
      Buffer.concat([gzipSync(body), gzipSync("x")]),
      "MALFORMED",
    ],
    ["the same key twice in CBOR", Uint8Array.of(0xa2, 0x61, 0x76, 1, 0x61, 0x76, 1), "MALFORMED"],
    ["a CBOR map that claims 2^32 entries", Uint8Array.of(0xba, 0xff, 0xff, 0xff, 0xff), "MALFORMED"],
    ["a CBOR array", Uint8Array.of(0x80), "MALFORMED"],
    ["M21: UTF-16", Buffer.from(body, "utf16le"), "MALFORMED"],
    ["M21: a byte order mark", Buffer.from(`\ufeff${body}`), "MALFORMED"],
    ["M22: 10 kB of [", Buffer.from("[".repeat(10_000)), "MALFORMED"],
    ["M32: the same key twice", Buffer.from('{"v":1,"v":1}'), "MALFORMED"],
    ["M33: __proto__", Buffer.from('{"__proto__":{"v":1}}'), "MALFORMED"],
  ])("%s is refused", (_what, bytes, reason) => {
    expect(decodeMessage(message(bytes), gateway, limits)).toMatchObject({ kind: "refused", reason });
  });

  test("whatever the bytes are, there is an answer", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((json) => Buffer.from(json)),
          fc.jsonValue().map((value) => cbor(value)),
          fc.uint8Array({ maxLength: 200 }).map((bytes) => gzipSync(bytes)),
          fc
            .uint8Array({ maxLength: 200 })
            .map((bytes) => Buffer.concat([Uint8Array.of(0x1f, 0x8b, 8), bytes])),
        ),
        (bytes) => {
          expect(decodeMessage(message(bytes), gateway, limits).kind).toBe("refused");
        },
      ),
      { numRuns: 500 },
    );
  });
});
