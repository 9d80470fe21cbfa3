import { describe, expect, it } from "vitest";
import { receiptKey, startReceiptBroker } from "#test/support/receipt-broker.ts";
import { demoNetwork } from "./network.ts";
import { runDemo } from "./run.ts";

describe("the running demo", () => {
  it("brings 24 h of 40 points in within 20 s of work (whatever else the machine does), then goes on until it is ended", async () => {
    const demo = demoNetwork({ seed: 1, sites: 3, now: Date.now() });
    const stub = await startReceiptBroker(demo.devices.gateways.map(({ key }) => key));
    const ending = new AbortController();
    const before = process.cpuUsage();
    const run = await runDemo({
      mqttUrl: stub.mqttUrl,
      httpUrl: "http://127.0.0.1:9",
      demo: { ...demo, captures: [] },
      receiptKeys: [receiptKey],
      signal: ending.signal,
      say: () => undefined,
    });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000_000).toBeLessThan(20);
    const readings = stub.taken.flatMap(({ topic, body }) =>
      body.readings.map(({ s, ts }) => `${topic}/${s}/${ts}`),
    );
    expect(new Set(readings).size).toBe(readings.length);
    expect(readings.length).toBeGreaterThanOrEqual(40 * 24 * 60 - 300 - 80);
    expect(stub.taken.every(({ signed, body }) => signed && body.readings.length <= 60)).toBe(true);
    expect(run.scans.map(({ case: name, url }) => [name, new URL(url).pathname.split("/")[1]])).toEqual([
      ["good", "01"],
      ["warm", "01"],
      ["silent", "01"],
      ["good-china-code", "cn"],
      ["dispensed", "01"],
    ]);
    ending.abort();
    await run.finished;
    await stub.stop();
  }, 120_000);
});
