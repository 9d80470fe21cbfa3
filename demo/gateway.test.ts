/** The demo's devices against a throw-away broker and a stub that receipts as the server does. */

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { sha256 } from "@noble/hashes/sha2.js";
import { Aedes } from "aedes";
import { afterEach, describe, expect, it } from "vitest";
import { concatBytes, fromBase64, toBase64, toHex } from "#domain/log/bytes.ts";
import { messageToSign, signEd25519 } from "#domain/log/signature.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import type { MessageBody } from "./message.ts";
import { demoNetwork } from "./network.ts";
import { listSource, type Reading } from "./reading-source.ts";
import { receiptMessage } from "./receipt.ts";
import { replayFile } from "./replay-file.ts";
import { runDemo } from "./run.ts";
import { type DeviceKey, seedOf } from "./seed.ts";

const receiptKey = seedOf("test").key("receipts");
const wrongKey = { ...seedOf("test").key("impostor"), kid: receiptKey.kid };
const device = seedOf("test").key("gw-1");

interface Taken {
  readonly topic: string;
  readonly body: MessageBody;
  readonly signed: boolean;
}

interface Stub {
  readonly mqttUrl: string;
  readonly taken: Taken[];
  readonly statuses: string[];
  /** Resolves once so many messages were taken. */
  reached(count: number): Promise<void>;
  receipts: "signed" | "none" | "forged";
  /** Cuts every connection. */
  cut(): void;
  stop(): Promise<void>;
}

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop();
});

/** The server's side of one boot of one gateway: the running hash over what came, in order. */
class Progress {
  private hash: Uint8Array = new Uint8Array(32);
  private readonly waiting = new Map<number, Uint8Array>();
  upTo = 0;

  take(seq: number, payload: Uint8Array): void {
    if (seq > this.upTo) this.waiting.set(seq, sha256(payload));
    for (let next = this.waiting.get(this.upTo + 1); next; next = this.waiting.get(this.upTo + 1)) {
      this.hash = sha256(concatBytes(this.hash, next));
      this.upTo += 1;
      this.waiting.delete(this.upTo);
    }
  }

  statement(boot: number): Record<string, unknown> {
    const also = [...this.waiting.keys()].map((seq) => [seq, seq]);
    return {
      v: 1,
      boot,
      upTo: this.upTo,
      also,
      hash: toHex(this.hash),
      time: Date.now(),
      kid: receiptKey.kid,
    };
  }
}

async function startStub(): Promise<Stub> {
  const broker = await Aedes.createBroker();
  const server: Server = createServer((socket) => broker.handle(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const progress = new Map<string, Progress>();
  const timers = new Map<string, NodeJS.Timeout>();
  const watchers: { count: number; done: () => void }[] = [];

  const receipt = (gateway: string, boot: number): void => {
    if (stub.receipts === "none") return;
    const topic = `coldmark/v1/${gateway}/receipt`;
    const statement = progress.get(`${gateway}/${boot}`)?.statement(boot);
    const { privateKey } = stub.receipts === "forged" ? wrongKey : receiptKey;
    const sig = toBase64(signEd25519(privateKey, receiptMessage(topic, statement)));
    const payload = Buffer.from(JSON.stringify({ ...statement, sig }));
    broker.publish({ cmd: "publish", topic, payload, qos: 1, retain: false, dup: false }, () => undefined);
  };
  const take = (topic: string, payload: Uint8Array): void => {
    const gateway = topic.split("/")[2] ?? "";
    if (topic.endsWith("/status")) return void stub.statuses.push(Buffer.from(payload).toString());
    if (!/\/(data|hist)$/.test(topic)) return;
    const message = openMessage(topic, payload);
    stub.taken.push(message);
    const id = `${gateway}/${message.body.boot}`;
    const track = progress.get(id) ?? new Progress();
    progress.set(id, track);
    track.take(message.body.seq, payload);
    if (!timers.get(id))
      timers.set(
        id,
        setTimeout(() => {
          timers.delete(id);
          receipt(gateway, message.body.boot);
        }, 20),
      );
    for (const watcher of watchers) if (stub.taken.length >= watcher.count) watcher.done();
  };
  broker.on("publish", (packet, client) => {
    if (client) take(packet.topic, new Uint8Array(packet.payload as Buffer));
  });

  const stub: Stub = {
    mqttUrl: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: [],
    statuses: [],
    receipts: "signed",
    reached: (count) =>
      new Promise((done) => {
        if (stub.taken.length >= count) done();
        watchers.push({ count, done });
      }),
    cut: () => {
      for (const client of Object.values(
        (broker as unknown as { clients: Record<string, { conn: { destroy(): void } }> }).clients,
      ))
        client.conn.destroy();
    },
    stop: async () => {
      for (const timer of timers.values()) clearTimeout(timer);
      await new Promise<void>((done) => broker.close(() => done()));
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
  open.push(stub);
  return stub;
}

function openMessage(topic: string, payload: Uint8Array): Taken {
  const outer = JSON.parse(Buffer.from(payload).toString()) as {
    kid: string;
    sig?: string;
    body: string;
  } & MessageBody;
  if (outer.sig === undefined) return { topic, body: outer as unknown as MessageBody, signed: false };
  const body = fromBase64(outer.body);
  const key = [device, ...demoKeys].find(({ kid }) => kid === outer.kid);
  const signature = fromBase64(outer.sig);
  const message = messageToSign(topic, body);
  const signed = key !== undefined && verify(null, message, ed25519Key(key.publicKey), signature);
  return { topic, body: JSON.parse(Buffer.from(body).toString()) as MessageBody, signed };
}

/** Node's own Ed25519: quicker, and another hand than the one that signed. */
function ed25519Key(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

let demoKeys: DeviceKey[] = [];

function gatewayOn(stub: { mqttUrl: string }, readings: Reading[], said: string[] = []): Gateway {
  const gateway = startGateway({
    id: "gw-1",
    key: device,
    password: "secret",
    mqttUrl: stub.mqttUrl,
    receiptKeys: [receiptKey],
    source: listSource(readings),
    clock: () => Date.now(),
    boot: 3,
    readingsPerMessage: 60,
    lanes: "live",
    say: (text) => said.push(text),
  });
  open.push(gateway);
  return gateway;
}

const past = (count: number): Reading[] =>
  Array.from({ length: count }, (_, at) => ({ s: "t1", ts: Date.UTC(2026, 0, 1) + at * 60_000, t: 5 }));

describe("a gateway", () => {
  it("sends signed, numbered messages of at most 60 readings, oldest first, and empties its memory", async () => {
    const stub = await startStub();
    const readings = past(150);
    const gateway = gatewayOn(stub, readings);
    await gateway.drained(Number.POSITIVE_INFINITY);
    expect(stub.taken.map(({ body }) => body.seq)).toEqual([1, 2, 3]);
    expect(stub.taken.flatMap(({ body }) => body.readings)).toEqual(readings);
    expect(stub.taken.every(({ signed, body }) => signed && body.boot === 3)).toBe(true);
    expect(gateway.waiting()).toBe(0);
  });

  it("sends old readings by the back-fill lane and new ones live, with one counter", async () => {
    const stub = await startStub();
    const fresh = { s: "t1", ts: Date.now(), t: 5 };
    await gatewayOn(stub, [...past(60), fresh]).drained(Number.POSITIVE_INFINITY);
    expect(stub.taken.map(({ topic, body }) => [topic, body.seq])).toEqual([
      ["coldmark/v1/gw-1/hist", 1],
      ["coldmark/v1/gw-1/data", 2],
    ]);
  });

  it("keeps everything under a forged receipt and says so", async () => {
    const stub = await startStub();
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
    const stub = await startStub();
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

  it("waits for a broker that isn't there yet", async () => {
    const first = await startStub();
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

describe("the running demo", () => {
  it("brings 24 h of 40 points in within 20 s of work (whatever else the machine does), then goes on until it is ended", async () => {
    const stub = await startStub();
    const demo = demoNetwork({ seed: 1, sites: 3, now: Date.now() });
    demoKeys = demo.devices.gateways.map(({ key }) => key);
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
  }, 120_000);
});

describe("a replay", () => {
  const csv = `utc,temperature_c\n${past(1_100)
    .map(({ ts, t }) => `${new Date(ts).toISOString()},${t}`)
    .join("\n")}\n`;
  const settings = { csv, gateway: "gw-replay", password: "secret", channel: "probe", say: () => undefined };

  it("sends the file by the back-fill lane in messages of 500 and ends under the last receipt", async () => {
    const stub = await startStub();
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
    const stub = await startStub();
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
