/** A collector that is cut off from PostgreSQL alone: it still reaches the broker, and another one takes its shard over. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterEach, expect, it } from "vitest";
import { openStore, type Store } from "#store/connect.ts";
import { startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { gatewayPassword, registerGateways } from "../support/gateway-network.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { bodyOf, connectGateway, type MqttGateway } from "../support/mqtt-gateway.ts";
import { makeOtherMachine } from "../support/network-namespace.ts";
import { startPostgres } from "../support/postgres.ts";
import { type RunningService, startUp } from "../support/service.ts";
import { expectOneEndEach } from "../support/store-books.ts";
import { isLong } from "../support/withstand.ts";

const ids = Array.from({ length: 8 }, (_, n) => `gw-cut-${n}`);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const relayProgram = fileURLToPath(new URL("../support/relay-child.ts", import.meta.url));
/** Of the advisory locks that stand for shards (store/connect/postgres-shares.ts). */
const lockClass = 0x636f6c65;
/** What the broker says of a session that a second one with its name throws out. */
const thrownOut = /already connected, closing old connection/g;

/** PostgreSQL, and a way to it through another machine, which `mute` cuts without a word. */
async function startRecords() {
  const machine = makeOtherMachine();
  closing.push(machine.remove);
  const postgres = await startPostgres({ host: machine.ours });
  closing.push(postgres.stop);
  const port = await freePort();
  const { port: toPort } = new URL(postgres.url);
  const [program = "", ...prefix] = machine.prefix;
  const relay = [relayProgram, machine.theirs, String(port)];
  const child = await startChild(
    program,
    [...prefix, process.execPath, ...relay, machine.ours, toPort],
    async (words) => words.includes("ready"),
  );
  closing.push(() => child.end("SIGKILL"), machine.join);
  const around = new URL(postgres.url);
  around.host = `${machine.theirs}:${port}`;
  return { machine, direct: postgres.url, around: around.href };
}

async function startBroker() {
  const passwords = Object.fromEntries(ids.map((id) => [id, gatewayPassword]));
  const mosquitto = await startMosquitto(passwords, {
    change: (text, folder) => `${text}log_type all\nlog_dest file ${join(folder, "log")}\n`,
  });
  closing.push(mosquitto.stop);
  return { mosquitto, log: () => readFileSync(join(mosquitto.folder, "log"), "utf8") };
}

/** How many processes hold a shard. */
async function holders(store: Store): Promise<number> {
  const { rows } = await store.as({ role: "worker" }, (tx) =>
    tx.execute<{ processes: number }>(sql`select count(distinct pid)::int as processes from pg_locks
      where locktype = 'advisory' and classid = ${lockClass} and objid < 2`),
  );
  return rows[0]?.processes ?? 0;
}

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-cut-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Publishes a message of each gateway and waits for its receipt. */
async function sendAll(gateways: readonly MqttGateway[], seq: number): Promise<void> {
  await Promise.all(
    gateways.map(async (gateway) => {
      await gateway.publish("data", bodyOf(1, seq, [{ s: "t1", ts: Date.now(), t: 5 }]));
      await gateway.receipt(({ upTo }) => upTo >= seq);
    }),
  );
}

it.runIf(isLong)(
  "has left the broker before its shard is another's: no session is thrown out, every message is receipted",
  async () => {
    const [{ machine, direct, around }, { mosquitto, log }] = [await startRecords(), await startBroker()];
    const store = await openStore({ databaseUrl: direct, dataDir: tmpdir() });
    closing.push(store.close);
    await registerGateways(
      store,
      "pharmacy-1",
      ids.map((id) => ({ id })),
    );
    const keys = folderOf();
    const start = async (url: string): Promise<RunningService> => {
      const env = {
        ...{ DATABASE_URL: url, DATA_DIR: folderOf(), RECEIPT_KEY_FILE: join(keys, "receipt.key") },
        ...{ MQTT_URL: mosquitto.url, PORT: String(await freePort()), COLLECT_SHARDS: "2" },
        ...{ MQTT_USERNAME: mosquitto.collector.username, MQTT_PASSWORD: mosquitto.collector.password },
        AUTH_SECRET: "0123456789abcdef0123456789abcdef",
      };
      const service = await startUp(env, { roles: "broker,collect,project,api" });
      closing.push(service.kill9);
      return service;
    };
    await start(around);
    await start(direct);
    const gateways = await Promise.all(ids.map((id) => connectGateway(mosquitto.url, id)));
    closing.push(
      ...gateways.map(
        ({ client }) =>
          () =>
            client.endAsync(true),
      ),
    );
    await expect.poll(() => holders(store), { timeout: 30_000 }).toBe(2);
    await sendAll(gateways, 1);
    const before = log().match(thrownOut)?.length ?? 0;
    machine.mute();
    await sendAll(gateways, 2);
    await sendAll(gateways, 3);
    expect(log().match(thrownOut)?.length ?? 0).toBe(before);
    await expectOneEndEach(store);
  },
);
