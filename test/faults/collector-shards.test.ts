import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { shardOf } from "#ingest/shard-of.ts";
import { openStore, type Store } from "#store/connect.ts";
import { gatewayMessages } from "#store/schema/gateway-runs.ts";
import { freePort } from "../support/free-port.ts";
import { gatewayPassword, registerGateways } from "../support/gateway-network.ts";
import { startMosquitto, type TestMosquitto } from "../support/mosquitto.ts";
import { bodyOf, connectGateway, type MqttGateway } from "../support/mqtt-gateway.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type RunningService, startUp } from "../support/service.ts";

/** Two collectors on one broker: each holds one of two shards of the gateways, and then one is killed. */
const ids = Array.from({ length: 8 }, (_, n) => `gw-shard-${n}`);
const messages = 60;
const folders: string[] = [];
let postgres: TestPostgres;
let mosquitto: TestMosquitto;
let store: Store;
const services: RunningService[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  mosquitto = await startMosquitto(Object.fromEntries(ids.map((id) => [id, gatewayPassword])));
  store = await openStore({ databaseUrl: postgres.url, dataDir: tmpdir() });
  await registerGateways(
    store,
    "pharmacy-1",
    ids.map((id) => ({ id })),
  );
  for (let n = 0; n < 2; n += 1) services.push(await startCollector());
});
afterAll(async () => {
  for (const service of services) await service.stop();
  await store?.close();
  await mosquitto?.stop();
  await postgres?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Both sign receipts with one key. */
async function startCollector(): Promise<RunningService> {
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
    COLLECT_SHARDS: "2",
    AUTH_SECRET: "0123456789abcdef0123456789abcdef",
  };
  return startUp(env, { roles: "broker,collect,project,api" });
}

/**
 * Publishes one message after the other, and again what isn't receipted after a while, as a gateway does; the second half only
 * once `rest` resolves.
 */
async function sendAll(gateway: MqttGateway, rest: Promise<void>): Promise<void> {
  const first = Date.now() - messages;
  const bodies = Array.from({ length: messages }, (_, n) =>
    bodyOf(1, n + 1, [{ s: "t1", ts: first + n, t: 5 }], first),
  );
  for (const body of bodies.slice(0, messages / 2)) await gateway.publish("data", body);
  await rest;
  const receipted = () => Math.max(0, ...gateway.receipts.map(({ upTo }) => upTo));
  while (receipted() < messages) {
    for (const body of bodies.slice(receipted())) await gateway.publish("data", body);
    await Promise.race([gateway.receipt(({ upTo }) => upTo === messages), pause(4_000)]);
  }
}

it("share the gateways; what a killed one held is taken over, nothing is lost, each gateway's order is kept", async () => {
  expect(new Set(ids.map((id) => shardOf(id, 2)))).toEqual(new Set([0, 1]));
  const gateways = await Promise.all(ids.map((id) => connectGateway(mosquitto.url, id)));
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
  for (const { id, client } of gateways) {
    const rows = await store.as({ role: "worker" }, (tx) =>
      tx
        .select({ seq: gatewayMessages.seq })
        .from(gatewayMessages)
        .where(eq(gatewayMessages.gatewayId, id))
        .orderBy(asc(gatewayMessages.inboxId)),
    );
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: messages }, (_, n) => n + 1));
    await client.endAsync();
  }
});
