import { createServer } from "node:net";
import { Aedes } from "aedes";
import { afterEach, describe, expect, it } from "vitest";
import { type ReceiptBroker, receiptKey, startReceiptBroker } from "#test/support/receipt-broker.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { listSource, type Reading } from "./reading-source.ts";
import { type DeviceKey, seedOf } from "./seed.ts";

const device = seedOf("test").key("gw-1");
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

function gatewayOn(
  stub: { mqttUrl: string },
  readings: Reading[],
  said: string[] = [],
  clock: () => number = Date.now,
): Gateway {
  const gateway = startGateway({
    id: "gw-1",
    key: device,
    password: "secret",
    mqttUrl: stub.mqttUrl,
    receiptKeys: [receiptKey],
    source: listSource(readings),
    clock,
    boot: 3,
    readingsPerMessage: 60,
    lanes: "live",
    say: (text) => said.push(text),
  });
  open.push(gateway);
  return gateway;
}

describe("a gateway", () => {
  it("sends signed, numbered messages of at most 60 readings, oldest first, and empties its memory", async () => {
    const stub = await startStub([device]);
    const readings = past(150);
    const gateway = gatewayOn(stub, readings);
    await gateway.drained(Number.POSITIVE_INFINITY);
    expect(stub.taken.map(({ body }) => body.seq)).toEqual([1, 2, 3]);
    expect(stub.taken.flatMap(({ body }) => body.readings)).toEqual(readings);
    expect(stub.taken.every(({ signed, body }) => signed && body.boot === 3)).toBe(true);
    expect(gateway.waiting()).toBe(0);
  });

  it("sends new readings live, then old ones by the back-fill lane, with one counter", async () => {
    const stub = await startStub([device]);
    const fresh = { s: "t1", ts: Date.now(), t: 5 };
    await gatewayOn(stub, [...past(60), fresh]).drained(Number.POSITIVE_INFINITY);
    expect(stub.taken.map(({ topic, body }) => [topic, body.seq])).toEqual([
      ["coldmark/v1/gw-1/data", 1],
      ["coldmark/v1/gw-1/hist", 2],
    ]);
  });

  it("sends after an outage what is new first, then what waited, oldest first, beside what is new meanwhile", async () => {
    const stub = await startStub([device]);
    const from = Date.UTC(2026, 0, 1);
    let minute = 0;
    const readings = Array.from({ length: 20_001 }, (_, at) => ({ s: "t1", ts: from + at * 60_000, t: 5 }));
    const gateway = gatewayOn(stub, readings, [], () => from + minute * 60_000);
    await gateway.drained(from);
    gateway.unplug();
    await expect.poll(() => stub.statuses.length).toBe(2);
    stub.receipts = "none";
    minute = 19_000;
    gateway.plugIn();
    const since = () => stub.taken.slice(1);
    const lanes = () => since().map(({ topic }) => topic.split("/").at(-1));
    const minutes = (lane: string) =>
      since()
        .filter(({ topic }) => topic.endsWith(lane))
        .flatMap(({ body }) => body.readings.map(({ ts }) => (ts - from) / 60_000));
    await stub.reached(1 + 128);
    expect(lanes()[0]).toBe("data");
    expect(minutes("data")).toEqual([18_998, 18_999, 19_000]);
    expect(minutes("hist")).toEqual(Array.from({ length: 127 * 60 }, (_, at) => at + 1));
    minute = 19_001;
    await stub.reached(1 + 129);
    expect(minutes("data").at(-1)).toBe(19_001);
  });

  it("keeps everything under a forged receipt and says so", async () => {
    const stub = await startStub([device]);
    stub.receipts = "forged";
    const said: string[] = [];
    const heard = new Promise<void>((done) => {
      said.push = (...texts: string[]) => {
        done();
        return Array.prototype.push.apply(said, texts);
      };
    });
    const gateway = gatewayOn(stub, past(60), said);
    await heard;
    expect(gateway.waiting()).toBe(1);
    expect(said[0]).toContain("signature");
  });

  it("sends again after a cut whatever had no receipt, with the same seq and bytes", async () => {
    const stub = await startStub([device]);
    stub.receipts = "none";
    const gateway = gatewayOn(stub, past(120));
    await stub.reached(2);
    expect(gateway.waiting()).toBe(2);
    stub.cut();
    await stub.reached(4);
    stub.receipts = "signed";
    await gateway.drained(Number.POSITIVE_INFINITY);
    expect(stub.taken.map(({ body }) => body.seq)).toEqual([1, 2, 1, 2]);
    expect(stub.taken[2]?.body).toEqual(stub.taken[0]?.body);
    expect(stub.statuses.map((status) => JSON.parse(status).online)).toEqual([true, false, true]);
  });

  it("remembers while its line is cut, and sends it all when it is mended", async () => {
    const stub = await startStub([device]);
    stub.receipts = "none";
    const gateway = gatewayOn(stub, past(90));
    await stub.reached(2);
    gateway.unplug();
    await expect.poll(() => stub.statuses.length).toBe(2);
    expect(gateway.waiting()).toBe(2);
    stub.receipts = "signed";
    gateway.plugIn();
    await gateway.drained(Number.POSITIVE_INFINITY);
    expect(stub.taken.map(({ body }) => body.seq)).toEqual([1, 2, 1, 2]);
    await expect.poll(() => stub.statuses.length).toBe(3);
    expect(stub.statuses.map((status) => JSON.parse(status).online)).toEqual([true, false, true]);
  });

  it("waits for a broker that isn't there yet", async () => {
    const first = await startStub([device]);
    await first.stop();
    open.splice(0);
    const said: string[] = [];
    const gateway = gatewayOn(first, past(60), said);
    const server = createServer();
    const broker = await Aedes.createBroker();
    server.on("connection", (socket) => broker.handle(socket));
    const connected = new Promise<void>((done) => broker.once("client", () => done()));
    server.listen(Number(new URL(first.mqttUrl).port), "127.0.0.1");
    open.unshift({
      stop: async () => {
        await new Promise<void>((done) => broker.close(() => done()));
        await new Promise<void>((done) => server.close(() => done()));
      },
    });
    await connected;
    expect(gateway.waiting()).toBe(0);
  });
});
