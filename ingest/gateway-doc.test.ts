import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { describe, expect, test } from "vitest";
import { toMilliC } from "#domain/coldchain/milli-celsius.ts";
import { parseStrictCbor } from "#domain/formats/strict-cbor.ts";
import { concatBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { messageToSign, signEd25519, verifySignature } from "#domain/log/signature.ts";
import { deadLetterCures } from "#store/dead-letters.ts";
import { makeCommand } from "./command.ts";
import { decodeMessage } from "./decode-message.ts";
import { makeReceipt, receiptToSign } from "./receipt.ts";
import { moveUp, nothingYet } from "./track-sequence.ts";

/** The words of docs/gateway.md: every value in it is made here again, byte for byte. */
const page = readFileSync(new URL("../docs/gateway.md", import.meta.url), "utf8");
const gatewaySeed = Uint8Array.from({ length: 32 }, (_, n) => n);
const receiptSeed = Uint8Array.from({ length: 32 }, (_, n) => 32 + n);
const topic = "coldmark/v1/gw-0001/data";
const body =
  '{"v":1,"boot":1,"seq":1,"sent":1767225600500,"readings":[{"s":"t1","ts":1767225600000,"t":4.2},{"s":"t1","ts":1767225660000,"t":4.3,"door":true}]}';
const sig = signEd25519(gatewaySeed, messageToSign(topic, utf8(body)));
const message = `{"v":1,"kid":"gw-0001.key-1","alg":"Ed25519","sig":"${toBase64(sig)}","body":"${toBase64(utf8(body))}"}`;
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const sequence = moveUp(nothingYet, [{ seq: 1, sha256: sha256(utf8(message)) }]);
const key = { kid: "receipt-1", privateKey: receiptSeed };
const receipt = await makeReceipt("gw-0001", 1, sequence, key, 1_767_225_601_000);
const receiptText = Buffer.from(receipt.payload).toString("utf8");
const { sig: receiptSig, ...unsigned } = JSON.parse(receiptText) as Record<string, unknown>;
const signedReceipt = receiptToSign(receipt.topic, unsigned);
const ecSecret = Uint8Array.from({ length: 32 }, (_, n) => 64 + n);
const ecPublic = p256.getPublicKey(ecSecret, true);
const ecSig = p256.sign(messageToSign(topic, utf8(body)), ecSecret);
const command = {
  ...{ v: 1, counter: 1, time: 1_767_225_700_000, command: "resend", boot: 1 },
  ...{
    ranges: [
      [2, 4],
      [7, 7],
    ],
    kid: key.kid,
  },
};
const zero = Uint8Array.of(0);
const commandTopic = utf8("coldmark/v1/gw-0001/command");
const signedCommand = concatBytes(
  utf8("coldmark/command/1"),
  zero,
  commandTopic,
  zero,
  utf8(canonicalize(command)),
);
const commandSig = toBase64(signEd25519(receiptSeed, signedCommand));
const shown = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8").replaceAll("\0", "␀");

describe("docs/gateway.md", () => {
  test.each([
    ["the gateway's private key", toHex(gatewaySeed)],
    ["its public key", toHex(ed25519.getPublicKey(gatewaySeed))],
    ["the body", body],
    ["what is signed, as hex", toHex(messageToSign(topic, utf8(body)))],
    ["the signature", toBase64(sig)],
    ["the message", message],
    ["the SHA-256 of the message", toHex(sha256(utf8(message)))],
    ["the running hash", toHex(sequence.hash)],
    ["the receipt's public key", toHex(ed25519.getPublicKey(receiptSeed))],
    ["what a receipt's signature is over", shown(signedReceipt)],
    ["the receipt", receiptText],
    ["an ES256 private key", toHex(ecSecret)],
    ["its public key", toHex(ecPublic)],
    ["its signature", toBase64(ecSig)],
    ["what a command's signature is over", shown(signedCommand)],
    ["the command", JSON.stringify({ ...command, sig: commandSig })],
  ])("holds %s", (_what, words) => {
    expect(page.split("\n")).toContain(words);
  });

  test("its message is one we take, and its receipt verifies", () => {
    const publicKey = ed25519.getPublicKey(gatewaySeed);
    const gateway = {
      tenant: "t",
      id: "gw-0001",
      signatureRequired: true,
      source: null,
      revokedAt: null,
      keys: new Map([
        ["gw-0001.key-1", { kid: "gw-0001.key-1", alg: "Ed25519" as const, publicKey, revokedAt: null }],
      ]),
      channels: new Map(),
    };
    const raw = {
      id: 1,
      receivedAt: 0,
      gateway: "gw-0001",
      topic,
      lane: "data",
      door: "",
      sha256: new Uint8Array(),
    };
    const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000 };
    expect(decodeMessage({ ...raw, payload: utf8(message) }, gateway, limits)).toMatchObject({
      kind: "readings",
    });
    const holds = ed25519.verify(
      fromBase64(String(receiptSig)),
      signedReceipt,
      ed25519.getPublicKey(receiptSeed),
    );
    expect(holds).toBe(true);
  });

  test("a message that can't be read tells no number, and the empty one in its place does", () => {
    const gateway = {
      ...{ tenant: "t", id: "gw-0001", signatureRequired: false, source: null, revokedAt: null },
      ...{ keys: new Map(), channels: new Map() },
    };
    const raw = { id: 1, receivedAt: 0, gateway: "gw-0001", topic, lane: "data", door: "" };
    const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000 };
    const decoded = (payload: Uint8Array) =>
      decodeMessage({ ...raw, sha256: new Uint8Array(), payload }, gateway, limits);
    const twice = body.replace('"t":4.2', '"t":4.2,"t":4.2');
    const large = gzipSync(utf8(body.replace('"door"', `${" ".repeat(2_097_152)}"door"`)));
    for (const payload of [utf8(body.replace("4.2", "nan")), utf8(twice), large])
      expect(decoded(payload)).toMatchObject({ kind: "refused", position: null });
    const empty = page.split("\n").find((line) => line.endsWith('"readings":[]}')) ?? "";
    expect(decoded(utf8(empty))).toMatchObject({
      ...{ kind: "refused", reason: "TOO_MANY_READINGS", position: { boot: 1, seq: 2 } },
    });
  });

  test("its command is the one we make", () => {
    const { counter, time, boot } = command;
    const ranges = command.ranges as [number, number][];
    const made = makeCommand("gw-0001", { counter, time, boot, ranges }, key);
    expect(Buffer.from(made.payload).toString("utf8")).toBe(JSON.stringify({ ...command, sig: commandSig }));
  });

  test("its ES256 signature is one we take", () => {
    expect(verifySignature("ES256", ecPublic, messageToSign(topic, utf8(body)), ecSig)).toBe(true);
  });

  test("its CBOR says what its JSON says", () => {
    const hex = page.split("\n").find((line) => /^a5[0-9a-f]+$/.test(line)) ?? "";
    const json = JSON.parse(body) as { readings: object[] };
    const first = { ...json, readings: [{ s: "t1", ts: 1_767_225_600_000, t: Math.fround(4.2) }] };
    expect(parseStrictCbor(fromHex(hex), { maxDepth: 8 })).toEqual(first);
    expect(toMilliC(Math.fround(4.2))).toBe(4_200);
  });

  test("names every reason for a dead letter with its cure", () => {
    for (const [reason, cure] of Object.entries(deadLetterCures)) {
      expect(page).toContain(`| \`${reason}\` | ${cure.replaceAll("|", "\\|")} |`);
    }
  });
});
