/** A stand-in server for the demo's devices, which are outsiders: it takes what they send and signs receipts. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type AddressInfo, createServer, type Server } from "node:net";
import { sha256 } from "@noble/hashes/sha2.js";
import { Aedes } from "aedes";
import type { MessageBody } from "#demo/message.ts";
import { receiptMessage } from "#demo/receipt.ts";
import { type DeviceKey, seedOf } from "#demo/seed.ts";
import { concatBytes, fromBase64, toBase64, toHex } from "#domain/log/bytes.ts";
import { messageToSign, signEd25519 } from "#domain/log/signature.ts";

/** The key of the stub's receipts. */
export const receiptKey = seedOf("test").key("receipts");
const wrongKey = { ...seedOf("test").key("impostor"), kid: receiptKey.kid };

/** A message as the stub took it; `signed` when its signature holds by a key the stub was told of. */
interface Taken {
  readonly topic: string;
  readonly body: MessageBody;
  readonly signed: boolean;
}

/** A throw-away broker that receipts as the server does. */
export interface ReceiptBroker {
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

/** Starts one on a free loopback port; `devices` are the keys that messages may be signed with. */
export async function startReceiptBroker(devices: readonly DeviceKey[] = []): Promise<ReceiptBroker> {
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
    const message = openMessage(topic, payload, devices);
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

  const stub: ReceiptBroker = {
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
  return stub;
}

function openMessage(topic: string, payload: Uint8Array, devices: readonly DeviceKey[]): Taken {
  const outer = JSON.parse(Buffer.from(payload).toString()) as {
    kid: string;
    sig?: string;
    body: string;
  } & MessageBody;
  if (outer.sig === undefined) return { topic, body: outer as unknown as MessageBody, signed: false };
  const body = fromBase64(outer.body);
  const key = devices.find(({ kid }) => kid === outer.kid);
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
