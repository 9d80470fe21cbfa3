/** The broker inside the process: what one gateway does must hold no other up. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Intake, openIntake } from "#ingest/accept.ts";
import { type Broker, openBroker } from "#ingest/broker.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import { openTopicRoutes, type TopicRoutes } from "#ingest/topic-routes.ts";
import { openStore, type Store } from "#store/connect.ts";
import { gatewayPassword } from "../support/gateway-network.ts";
import { connectGateway, type MqttGateway } from "../support/mqtt-gateway.ts";
import { connectPacket, openRaw, publishPacket } from "../support/raw-mqtt.ts";

const log = pino({ level: "silent" });
let folder = "";
let store: Store;
let routes: TopicRoutes;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-door-"));
  store = await openStore({ dataDir: folder });
  routes = await openTopicRoutes(store, log);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await routes?.stop();
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Door {
  readonly intake: Intake;
  readonly broker: Broker;
  /** The lanes of each commit. */
  readonly commits: readonly string[][];
  /** The first bytes of each payload that became durable. */
  readonly kept: readonly string[];
  /** Gateways whose passwords were checked, with whether they were right. */
  readonly checks: readonly (readonly [gateway: string, isRight: boolean])[];
  readonly port: number;
  connect(id: string): Promise<MqttGateway>;
}

/** A door onto the real inbox; `isOpen` is when commits may begin. */
async function openDoor({
  isLiveBehind = false,
  messagesMax = 20_000,
  isOpen = Promise.resolve(),
} = {}): Promise<Door> {
  const commits: string[][] = [];
  const kept: string[] = [];
  const checks: [string, boolean][] = [];
  const meters = createIngestMeters();
  const intake = openIntake({
    store: { ...store, as: (who, work) => isOpen.then(() => store.as(who, work)) },
    ...{ log, clock: Date.now, messagesMax, premature: null, meters },
    ...{ isLiveBehind: () => isLiveBehind, isOneConnection: true },
    onDurable: ({ messages }) => {
      commits.push(messages.map(({ lane }) => lane));
      kept.push(...messages.map(({ payload }) => Buffer.from(payload.subarray(0, 4)).toString()));
    },
  });
  const broker = await openBroker(
    { kind: "embedded", host: "127.0.0.1", port: 0 },
    {
      ...{ ...intake, routes, hostId: "coldmark", clock: Date.now, log, meters: meters.sessions },
      isPassword: async (gateway, password) => {
        const isRight = password === gatewayPassword;
        checks.push([gateway, isRight]);
        return isRight;
      },
      onKnock: meters.knocked,
      subscriptions: () => Promise.reject(new Error("for outside brokers only")),
    },
  );
  closing.push(async () => {
    await intake.stop();
    await broker.stop();
  });
  const connect = async (id: string) => {
    const gateway = await connectGateway(broker.url, id);
    closing.push(gateway.close);
    return gateway;
  };
  return { intake, broker, commits, kept, checks, port: Number(new URL(broker.url).port), connect };
}

it("live messages of a gateway go on while the back-fill it floods us with is held back", async () => {
  const { connect, commits } = await openDoor({ isLiveBehind: true });
  const gateway = await connect("gw-both");
  const sent: Promise<void>[] = [];
  for (let n = 0; n < 10; n += 1) {
    const body = JSON.stringify({ n, filler: "x".repeat(200) });
    for (let at = 0; at < 60; at += 1) sent.push(gateway.publish("hist", body));
    sent.push(gateway.publish("data", body));
  }
  await Promise.all(sent);
  const backFill = commits.map((lanes) => lanes.filter((lane) => lane === "hist").length);
  expect(commits.flat()).toHaveLength(610);
  expect(Math.max(...backFill)).toBeLessThanOrEqual(50);
}, 30_000);

it("a gateway that sends more than its share waits alone: nobody's connection ends, nothing is left out", async () => {
  const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();
  const { connect, intake, port, commits } = await openDoor({ messagesMax: 400, isOpen });
  const other = await connect("gw-other");
  const flood = await openRaw(port);
  closing.push(flood.end);
  flood.send(connectPacket("gw-flood"));
  await flood.packet("connack");
  flood.send(
    ...Array.from({ length: 450 }, (_, n) => publishPacket("coldmark/v1/gw-flood/data", `${n}`, n + 1)),
  );
  await expect.poll(() => intake.waiting()).toBeGreaterThan(100);
  const before = intake.waiting();
  const own = other.publish("data", "{}");
  await expect.poll(() => intake.waiting()).toBe(before + 1);
  open();
  await own;
  await flood.packet("puback", (packet) => packet.messageId === 450);
  expect([flood.isOpen(), other.client.connected]).toEqual([true, true]);
  expect(flood.packets.filter(({ cmd }) => cmd === "puback")).toHaveLength(450);
  expect(commits.flat()).toHaveLength(451);
}, 30_000);

it("a gateway whose messages wait isn't read on: what it sends by then stays outside, and comes in in its order", async () => {
  const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();
  const { connect, intake, port, kept } = await openDoor({ messagesMax: 40, isOpen });
  const others = await connect("gw-calm");
  const flood = await openRaw(port);
  closing.push(flood.end);
  flood.send(connectPacket("gw-heavy"));
  await flood.packet("connack");
  const sent = Array.from({ length: 80 }, (_, n) => `${n}`.padStart(4, "0"));
  for (const [n, name] of sent.entries())
    flood.send(publishPacket("coldmark/v1/gw-heavy/data", name.padEnd(100_000, "x"), n + 1));
  closing.push(async () => open());
  // Ten messages are its share.
  await expect.poll(() => intake.waiting()).toBeGreaterThan(10);
  for (let n = 0; n < 50; n += 1) await others.client.subscribeAsync("coldmark/v1/gw-calm/receipt");
  expect(intake.waiting()).toBeLessThan(10 + 10);
  open();
  await flood.packet("puback", (packet) => packet.messageId === sent.length);
  expect(kept).toEqual(sent);
}, 30_000);

it("M10 who guesses passwords is refused without a check beyond ten, and the gateway itself gets in meanwhile", async () => {
  const { checks, port, connect } = await openDoor();
  const knock = async (id: string, from: string, password: string) => {
    const connection = await openRaw(port, { from });
    connection.send(connectPacket(id, { password: Buffer.from(password) }));
    const answer = await connection.packet("connack");
    await connection.end();
    return "returnCode" in answer ? answer.returnCode : null;
  };
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) => knock("gw-wanted", "127.0.0.2", `guess ${n}`)),
  );
  expect(new Set(answers)).toEqual(new Set([5]));
  expect(checks).toEqual(Array(10).fill(["gw-wanted", false]));
  const wanted = await connect("gw-wanted");
  await wanted.publish("data", "{}");
  expect(await knock("gw-neighbour", "127.0.0.2", gatewayPassword)).toBe(0);
  expect(checks.slice(10)).toEqual([
    ["gw-wanted", true],
    ["gw-neighbour", true],
  ]);
});
