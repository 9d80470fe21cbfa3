import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sourceShape } from "#domain/formats/source.ts";
import { shardOf } from "#ingest/shard-of.ts";
import { stateTopic } from "#ingest/sparkplug/host-session.ts";
import { openStore, type Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { gatewayMessages } from "#store/schema/gateway-runs.ts";
import { inbox } from "#store/schema/inbox.ts";
import { freePort } from "../support/free-port.ts";
import { gatewayPassword, pointOf, registerGateways } from "../support/gateway-network.ts";
import { startMosquitto, type TestMosquitto } from "../support/mosquitto.ts";
import { bodyOf, connectGateway, type MqttGateway, signedMessage } from "../support/mqtt-gateway.ts";
import type { Readings } from "../support/one-end.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type RunningService, startUp } from "../support/service.ts";
import { connectNode, sparkplugFields, type TestNode } from "../support/sparkplug-node.ts";
import { expectOneEndEach } from "../support/store-books.ts";

/** Two collectors on one broker: each holds one of two shards of the gateways, and then one is killed. */
const ids = Array.from({ length: 8 }, (_, n) => `gw-shard-${n}`);
/** One in each shard signs. */
const signed = new Set([0, 1].map((shard) => ids.find((id) => shardOf(id, 2) === shard)));
const messages = 60;
/** A Sparkplug node besides, which the process that holds shard 0 is the host of. */
const [nodeId, hostId, hostUser, channel] = ["gw-node", "coldmark", "coldmark-sparkplug", "fridge 1/air"];
const node = {
  ...{ id: nodeId, channel },
  source: sourceShape.parse({
    ...{ kind: "sparkplug", group: "g", edge: "edge" },
    values: [{ name: "air", as: "t", metric: "Temperature", unit: "C" }],
  }),
};
const rules = `
user ${nodeId}
topic write spBv1.0/g/+/edge
topic write spBv1.0/g/+/edge/+
topic read spBv1.0/g/NCMD/edge
topic read spBv1.0/STATE/+
`;
const folders: string[] = [];
let postgres: TestPostgres;
let mosquitto: TestMosquitto;
let store: Store;
const services: RunningService[] = [];
const gateways: MqttGateway[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  const passwords = [...ids, nodeId, hostUser].map((id) => [id, gatewayPassword]);
  mosquitto = await startMosquitto(Object.fromEntries(passwords), { rules });
  store = await openStore({ databaseUrl: postgres.url, dataDir: tmpdir() });
  const native = ids.map((id) => ({ id, hasKey: signed.has(id), signatureRequired: signed.has(id) }));
  await registerGateways(store, "pharmacy-1", [...native, node]);
  for (let n = 0; n < 2; n += 1) services.push(await startCollector());
});
afterAll(async () => {
  for (const { client } of gateways) await client.endAsync(true);
  for (const service of services) await service.stop();
  await store?.close();
  await mosquitto?.stop();
  await postgres?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** All sign receipts with one key. */
async function startCollector(settings: Record<string, string> = {}): Promise<RunningService> {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-shard-"));
  folders.push(folder);
  const env = {
    DATABASE_URL: postgres.url,
    DATA_DIR: folder,
    RECEIPT_KEY_FILE: join(folders[0] as string, "receipt.key"),
    PORT: String(await freePort()),
    MQTT_URL: mosquitto.url,
    MQTT_USERNAME: mosquitto.collector.username,
    MQTT_PASSWORD: mosquitto.collector.password,
    SPARKPLUG_USERNAME: hostUser,
    SPARKPLUG_PASSWORD: gatewayPassword,
    COLLECT_SHARDS: "2",
    AUTH_SECRET: "0123456789abcdef0123456789abcdef",
    ...settings,
  };
  return startUp(env, { roles: "broker,collect,project,api" });
}

/** The messages of a boot, each with one reading; every third is back-fill. */
function composed(id: string, boot: number, count: number): { lane: string; payload: string }[] {
  const first = Date.now() - count;
  return Array.from({ length: count }, (_, n) => {
    const lane = n % 3 === 2 ? "hist" : "data";
    const body = bodyOf(boot, n + 1, [{ s: "t1", ts: first + n, t: 5 }], first);
    const topic = `coldmark/v1/${id}/${lane}`;
    return { lane, payload: signed.has(id) ? signedMessage(topic, body, `${id}.key-1`) : body };
  });
}

/**
 * Publishes one message after the other, and again what isn't receipted after a while, as a gateway does; the second half only
 * once `rest` resolves.
 */
async function sendAll(gateway: MqttGateway, rest: Promise<void>): Promise<void> {
  const all = composed(gateway.id, 1, messages);
  const send = async (some: typeof all) => {
    for (const { lane, payload } of some) await gateway.publish(lane, payload);
  };
  await send(all.slice(0, messages / 2));
  await rest;
  const receipted = () => Math.max(0, ...gateway.receipts.map(({ upTo }) => upTo));
  while (receipted() < messages) {
    await send(all.slice(receipted()));
    await Promise.race([gateway.receipt(({ upTo }) => upTo === messages), pause(4_000)]);
  }
}

/** What the host said of itself, one word for each change. */
function statesHeard({ heard }: TestNode): string[] {
  const told = heard.filter(({ topic }) => topic === stateTopic(hostId));
  const words = told.map(({ payload }) => (JSON.parse(String(payload)).online ? "online" : "offline"));
  return words.filter((word, at) => word !== words[at - 1]);
}

/** A birth and one reading after it; resolves when the reading is stored. */
async function speak(edge: TestNode, doubleValue: number): Promise<void> {
  const timestamp = Date.now();
  const born = { name: "Temperature", alias: 7, datatype: 10, timestamp: timestamp - 1_000, doubleValue: 4 };
  const bdSeq = { name: "bdSeq", datatype: 4, timestamp, longValue: 0 };
  await edge.say("NBIRTH", { timestamp, metrics: [bdSeq] });
  await edge.say("DBIRTH", { timestamp, metrics: [born] }, "fridge 1");
  await edge.say("DDATA", { timestamp, metrics: [{ alias: 7, timestamp, doubleValue }] }, "fridge 1");
  const place = { tenant: "pharmacy-1", points: [pointOf(nodeId)], from: timestamp, to: timestamp + 1 };
  const stored = async () => (await openPostgresReadings(store).range(place)).map(({ tMilliC }) => tMilliC);
  await expect.poll(stored, { timeout: 30_000 }).toEqual([doubleValue * 1_000]);
}

/** The readings in a node's message, as its own metrics tell them. */
function nodeReadings({ topic, payload }: typeof inbox.$inferSelect): Readings | null {
  if (!topic.startsWith("spBv1.0/")) return null;
  const { metrics = [] } = sparkplugFields(payload) as {
    metrics?: { timestamp: number; doubleValue?: number }[];
  };
  const values = metrics.filter(({ doubleValue }) => doubleValue !== undefined);
  return { sent: 0, list: values.map(({ timestamp }) => ({ s: channel, ts: timestamp })) };
}

/** The seqs of a boot in the order in which they became durable, by lane. */
async function keptOf(id: string, boot: number): Promise<{ lane: string; seq: number }[]> {
  const rows = await store.as({ role: "worker" }, (tx) =>
    tx
      .select({ lane: inbox.lane, seq: gatewayMessages.seq, boot: gatewayMessages.boot })
      .from(gatewayMessages)
      .innerJoin(inbox, eq(inbox.id, gatewayMessages.inboxId))
      .where(eq(gatewayMessages.gatewayId, id))
      .orderBy(asc(gatewayMessages.inboxId)),
  );
  return rows.filter((row) => row.boot === boot);
}

it("share the gateways; what a killed one held is taken over, nothing is lost, each gateway's order is kept", async () => {
  expect([new Set(ids.map((id) => shardOf(id, 2))), signed.size]).toEqual([new Set([0, 1]), 2]);
  const edge = await connectNode(mosquitto.url, nodeId, "edge", hostId);
  await expect.poll(() => statesHeard(edge), { timeout: 30_000 }).toEqual(["online"]);
  await speak(edge, 5);
  gateways.push(...(await Promise.all(ids.map((id) => connectGateway(mosquitto.url, id)))));
  const { promise: rest, resolve: sendRest } = Promise.withResolvers<void>();
  const sending = Promise.all(gateways.map((gateway) => sendAll(gateway, rest)));
  await expect
    .poll(() => gateways.filter(({ receipts }) => receipts.length > 0).length, { timeout: 30_000 })
    .toBeGreaterThan(4);
  // However fast the machine: the killed one has half of its messages before it.
  const killed = services.shift()?.kill9();
  sendRest();
  await killed;
  await sending;
  for (const { id } of gateways) {
    const kept = await keptOf(id, 1);
    const wanted = Array.from({ length: messages }, (_, n) => n + 1);
    const seqsOn = (lane: string) => kept.filter((row) => row.lane === lane).map(({ seq }) => seq);
    expect(seqsOn("data")).toEqual(wanted.filter((seq) => seq % 3 !== 0));
    expect(seqsOn("hist")).toEqual(wanted.filter((seq) => seq % 3 === 0));
  }
  // One host at a time: its end, and then the other's beginning, is all that the node ever hears.
  await expect.poll(() => statesHeard(edge), { timeout: 30_000 }).toEqual(["online", "offline", "online"]);
  await speak(edge, 6);
  expect(statesHeard(edge)).toEqual(["online", "offline", "online"]);
  await edge.close();
  await expectOneEndEach(store, { foreignReadings: nodeReadings });
});

it("lose what they told too early, where receipts are sent before the commit (control)", async () => {
  const [survivor] = services.splice(0);
  const early = await startCollector({ TEST_RECEIPT_BEFORE_COMMIT: "true" });
  services.push(early);
  await survivor?.stop();
  const told = gateways.map((gateway) => gateway.receipt(({ boot }) => boot === 2));
  const sent = gateways.flatMap((gateway) =>
    composed(gateway.id, 2, 3).map(({ lane, payload }) => gateway.publish(lane, payload)),
  );
  await Promise.any(told);
  await early.kill9();
  await Promise.all(sent);
  let lost = 0;
  for (const { id, receipts } of gateways) {
    const upTo = Math.max(0, ...receipts.filter(({ boot }) => boot === 2).map((receipt) => receipt.upTo));
    const kept = new Set((await keptOf(id, 2)).map(({ seq }) => seq));
    for (let seq = 1; seq <= upTo; seq += 1) if (!kept.has(seq)) lost += 1;
  }
  expect(lost).toBeGreaterThan(0);
});
