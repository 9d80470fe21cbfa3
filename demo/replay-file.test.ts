import { afterEach, describe, expect, it } from "vitest";
import { type ReceiptBroker, receiptKey, startReceiptBroker } from "#test/support/receipt-broker.ts";
import type { Reading } from "./reading-source.ts";
import { parseLoggerFile, replayFile } from "./replay-file.ts";
import type { DeviceKey } from "./seed.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop();
});

async function startStub(devices: readonly DeviceKey[]): Promise<ReceiptBroker> {
  const stub = await startReceiptBroker(devices);
  open.push(stub);
  return stub;
}

const past = (count: number): Reading[] =>
  Array.from({ length: count }, (_, at) => ({ s: "t1", ts: Date.UTC(2026, 0, 1) + at * 60_000, t: 5 }));

describe("a logger's file", () => {
  it("gives its readings with their own times", () => {
    const csv = "utc,temperature_c\r\n2020-05-30T00:00:56Z,4.6\r\n2020-05-30T00:05:56Z,-0.5\r\n";
    expect(parseLoggerFile(csv, "probe")).toEqual([
      { s: "probe", ts: Date.UTC(2020, 4, 30, 0, 0, 56), t: 4.6 },
      { s: "probe", ts: Date.UTC(2020, 4, 30, 0, 5, 56), t: -0.5 },
    ]);
  });

  it.each([
    ["another header", "time,temp\n2020-05-30T00:00:56Z,4.6", "line 1"],
    ["no readings", "utc,temperature_c\n", "line 2"],
    ["a local time", "utc,temperature_c\n2020-05-30 00:00:56,4.6", "line 2"],
    ["no number", "utc,temperature_c\n2020-05-30T00:00:56Z,4.6\n2020-05-30T00:05:56Z,NaN", "line 3"],
    ["a month that doesn't exist", "utc,temperature_c\n2020-13-30T00:00:56Z,4.6", "line 2"],
    [
      "a time that goes back",
      "utc,temperature_c\n2020-05-30T00:00:56Z,4.6\n2020-05-30T00:00:55Z,4.6",
      "line 3",
    ],
  ])("is refused with %s", (_, csv, where) => {
    expect(() => parseLoggerFile(csv, "probe")).toThrow(where);
  });
});

describe("a replay", () => {
  const csv = `utc,temperature_c\n${past(1_100)
    .map(({ ts, t }) => `${new Date(ts).toISOString()},${t}`)
    .join("\n")}\n`;
  const settings = { csv, gateway: "gw-replay", password: "secret", channel: "probe", say: () => undefined };

  it("sends the file by the back-fill lane in messages of 500 and ends under the last receipt", async () => {
    const stub = await startStub([]);
    const { signal } = new AbortController();
    const result = await replayFile({
      ...settings,
      mqttUrl: stub.mqttUrl,
      receiptKeys: [receiptKey],
      signal,
    });
    expect(result).toMatchObject({ readings: 1_100, messages: 3, lastSeq: 3 });
    expect(stub.taken.map(({ topic, body }) => [topic, body.readings.length])).toEqual([
      ["coldmark/v1/gw-replay/hist", 500],
      ["coldmark/v1/gw-replay/hist", 500],
      ["coldmark/v1/gw-replay/hist", 100],
    ]);
    expect(stub.taken.every(({ signed }) => !signed)).toBe(true);
  });

  it("ends with the signal's reason when no receipt comes", async () => {
    const stub = await startStub([]);
    stub.receipts = "none";
    const ending = new AbortController();
    const work = replayFile({
      ...settings,
      mqttUrl: stub.mqttUrl,
      receiptKeys: [receiptKey],
      signal: ending.signal,
    });
    await stub.reached(3);
    ending.abort(new Error("enough"));
    await expect(work).rejects.toThrow("enough");
  });
});
