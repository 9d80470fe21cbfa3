import { setImmediate } from "node:timers/promises";
import { ed25519 } from "@noble/curves/ed25519.js";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fromBase64 } from "#domain/log/bytes.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { receiptToSign } from "./receipt.ts";
import { openReceipts, type SentReceipt } from "./receipts.ts";
import { nothingYet } from "./track-sequence.ts";

const key = { kid: "r1", privateKey: new Uint8Array(32).fill(1) };
const log = pino({ level: "silent" });

/** Signing goes on in real time, beside the clock of the test. */
const toFake = ["setTimeout", "clearTimeout", "Date"] as const;
beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: [...toFake] }));
afterEach(() => void vi.useRealTimers());

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

function receiver(fail: () => boolean = () => false) {
  const heard: { topic: string; at: number; receipt: Record<string, unknown> }[] = [];
  let tries = 0;
  const publish = async (topic: string, payload: Uint8Array) => {
    tries += 1;
    if (fail()) throw new Error("the broker is away");
    heard.push({ topic, at: Date.now(), receipt: JSON.parse(Buffer.from(payload).toString("utf8")) });
  };
  const marked: SentReceipt[][] = [];
  const markSent = async (sent: readonly SentReceipt[]) => void marked.push([...sent]);
  const receipts = openReceipts({ key, clock: Date.now, log, publish, markSent });
  const owe = (upTo: number, boot = 1, gatewayId = "gw-1") =>
    receipts.owe({ tenantId: "t", gatewayId, boot, ...nothingYet, upTo });
  return { heard, owe, marked, stop: receipts.stop, tried: (n: number) => until(() => tries === n) };
}

test("at most one a second to each gateway, and of one boot the newest", async () => {
  const { heard, owe, tried, stop } = receiver();
  for (const upTo of [1, 2, 3]) owe(upTo);
  owe(1, 1, "gw-2");
  owe(7, 2);
  for (const sent of [2, 3, 4]) {
    await tried(sent);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  await vi.advanceTimersByTimeAsync(3_000);
  await stop();
  const told = heard.map(({ topic, at, receipt }) => [topic.split("/")[2], receipt.boot, receipt.upTo, at]);
  expect(
    told.toSorted((a, b) => Number(a[3]) - Number(b[3]) || String(a[0]).localeCompare(String(b[0]))),
  ).toEqual([
    ["gw-1", 1, 1, 0],
    ["gw-2", 1, 1, 0],
    ["gw-1", 1, 3, 1_000],
    ["gw-1", 2, 7, 2_000],
  ]);
});

test("a receipt that can't be sent is owed until it can, unless a newer one takes its place", async () => {
  let isAway = true;
  const { heard, owe, tried, stop } = receiver(() => isAway);
  owe(1);
  await tried(1);
  await vi.advanceTimersByTimeAsync(500);
  owe(2);
  isAway = false;
  await vi.advanceTimersByTimeAsync(500);
  await tried(2);
  await vi.advanceTimersByTimeAsync(3_000);
  await stop();
  expect(heard.map(({ receipt }) => receipt.upTo)).toEqual([2]);
});

test("the signature holds for this topic and these words only", async () => {
  const { heard, owe, tried } = receiver();
  owe(5);
  await tried(1);
  const { sig, ...unsigned } = heard[0]?.receipt ?? {};
  const holds = (topic: string, words: Record<string, unknown>) =>
    verifySignature(
      "Ed25519",
      ed25519.getPublicKey(key.privateKey),
      receiptToSign(topic, words),
      fromBase64(String(sig)),
    );
  expect(holds("coldmark/v1/gw-1/receipt", unsigned)).toBe(true);
  expect(holds("coldmark/v1/gw-2/receipt", unsigned)).toBe(false);
  expect(holds("coldmark/v1/gw-1/receipt", { ...unsigned, upTo: 6 })).toBe(false);
});

test("what was sent is kept in one write a second, each boot once, and at the end", async () => {
  const { owe, marked, stop, tried } = receiver();
  owe(1);
  owe(1, 1, "gw-2");
  await tried(2);
  await vi.advanceTimersByTimeAsync(900);
  expect(marked).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  const kept = marked.map((sent) => sent.map(({ gatewayId, at }) => [gatewayId, at]).toSorted());
  expect(kept).toEqual([
    [
      ["gw-1", 0],
      ["gw-2", 0],
    ],
  ]);
  owe(2);
  await tried(3);
  await stop();
  expect(marked[1]).toEqual([{ tenantId: "t", gatewayId: "gw-1", boot: 1, at: 1_000 }]);
});
