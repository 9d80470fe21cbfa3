import { afterEach, describe, expect, it } from "vitest";
import { receiptKey, startReceiptBroker } from "#test/support/receipt-broker.ts";
import type { GatewayDevice } from "./devices.ts";
import { seedOf } from "./seed.ts";
import { deviceTime, startStation } from "./station.ts";

const minuteMs = 60_000;
const device: GatewayDevice = {
  id: "gw-1",
  key: seedOf("test").key("gw-1"),
  password: "secret",
  clockOffsetMs: -700,
  slowPpm: 1_500,
  phase: 0.25,
  cadence: { historyMs: 60 * minuteMs, historyIntervalMs: 5 * minuteMs, liveIntervalMs: 2 * minuteMs },
  isInCase: false,
  line: "up",
  channels: [
    {
      channel: "t1",
      sensor: "s1",
      equipment: "e1",
      climate: { start: 1, setpointC: 5, cycleC: 0.5, cycleMs: 30 * minuteMs, doorC: 0, load: 0.5 },
      probe: { start: 2, humidity: false },
      hasContacts: false,
    },
  ],
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startOn(changes: Partial<GatewayDevice>) {
  const stub = await startReceiptBroker([device.key]);
  const ending = new AbortController();
  const settings = { mqttUrl: stub.mqttUrl, receiptKeys: [receiptKey], signal: ending.signal };
  const station = startStation({ ...device, ...changes }, { ...settings, say: () => undefined });
  open.push(async () => {
    ending.abort();
    await station.stop();
    await stub.stop();
  });
  return { stub, station };
}

describe("a gateway's own clock", () => {
  it("is off by what it was off, and loses its millionths, in whole ms", () => {
    const startedAt = Date.UTC(2026, 0, 1);
    expect(deviceTime(device, startedAt, startedAt)).toBe(startedAt - 700);
    expect(deviceTime(device, startedAt, startedAt + 60 * minuteMs)).toBe(
      startedAt + 60 * minuteMs - 700 - 5_400,
    );
    for (let ms = 0; ms < 5_000; ms += 7)
      expect(Number.isInteger(deviceTime(device, startedAt, startedAt + ms))).toBe(true);
  });
});

describe("a station", () => {
  it("sends what it remembers, stamped by its own clock", async () => {
    const { stub, station } = await startOn({});
    await station.caughtUp;
    const readings = stub.taken.flatMap(({ body }) => body.readings);
    expect(readings.length).toBeGreaterThan(9);
    expect(stub.taken.every(({ signed, body }) => signed && Number.isInteger(body.sent))).toBe(true);
  });

  it("restarts with a higher boot that counts from 1, and gives no reading twice", async () => {
    const cadence = { ...device.cadence, liveIntervalMs: 200 };
    const { stub, station } = await startOn({ cadence, slowPpm: 0 });
    await station.caughtUp;
    const [first] = stub.taken;
    void station.live(() => ({ afterMs: 0, lastsMs: 0 })).catch(() => undefined);
    const boots = () => [...new Set(stub.taken.map(({ body }) => body.boot))];
    await expect.poll(() => boots().length, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(boots()).toEqual([...boots()].sort((a, b) => a - b));
    expect(boots()[0]).toBe(first?.body.boot);
    for (const boot of boots()) {
      const seqs = stub.taken.filter(({ body }) => body.boot === boot).map(({ body }) => body.seq);
      expect(Math.min(...seqs)).toBe(1);
    }
    const times = new Set(stub.taken.flatMap(({ body }) => body.readings.map(({ ts }) => ts)));
    const sent = new Map(stub.taken.map(({ body }) => [`${body.boot}/${body.seq}`, body.readings.length]));
    expect([...sent.values()].reduce((a, b) => a + b, 0)).toBe(times.size);
  });

  it("remembers through an outage of its line", async () => {
    const cadence = { ...device.cadence, liveIntervalMs: 100 };
    const startedAt = Date.now();
    const { stub, station } = await startOn({ cadence, slowPpm: 0, clockOffsetMs: 0 });
    await station.caughtUp;
    void station.live((n) => (n === 1 ? { afterMs: 0, lastsMs: 600 } : null));
    await expect
      .poll(() => stub.statuses.map((text) => JSON.parse(text).online), { timeout: 10_000 })
      .toEqual([true, false, true]);
    const at = Date.now();
    const times = () => stub.taken.flatMap(({ body }) => body.readings.map(({ ts }) => ts));
    await expect.poll(() => Math.max(...times()), { timeout: 10_000 }).toBeGreaterThan(at);
    const live = [...new Set(times())].filter((ts) => ts >= startedAt + 200).sort((a, b) => a - b);
    expect(live.length).toBeGreaterThan(5);
    expect(new Set(live.slice(1).map((ts, index) => ts - (live[index] ?? 0)))).toEqual(new Set([100]));
  });
});
