import { asc, eq } from "drizzle-orm";
import fc from "fast-check";
import { connect, connectAsync, type IClientOptions } from "mqtt";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadConfig } from "#config";
import { sourceShape } from "#domain/formats/source.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import { startIngest } from "#ingest/run.ts";
import { followSparkplug } from "#ingest/sparkplug/follow-sparkplug.ts";
import { openHostSession, stateTopic } from "#ingest/sparkplug/host-session.ts";
import { openTopicRoutes } from "#ingest/topic-routes.ts";
import { loadGateways } from "#store/gateway-registry.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { readings } from "#store/schema/readings.ts";
import { readNodes } from "#store/sparkplug.ts";
import { openOnPglite } from "../support/both-stores.ts";
import { gatewayPassword, pointOf, registerGateways, type TestGateway } from "../support/gateway-network.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { connectNode, sparkplugBytes, sparkplugFields, type TestNode } from "../support/sparkplug-node.ts";

const tenant = "pharmacy-1";
const hostId = "coldmark-test";
const log = pino({ level: "silent" });
const edges = ["one", "early", "hole", "mortal"] as const;
const network: TestGateway[] = edges.map((edge) => ({
  id: `gw-${edge}`,
  channel: "fridge 1/air",
  source: sourceShape.parse({
    ...{ kind: "sparkplug", group: "g", edge },
    values: [{ name: "air", as: "t", metric: "Temperature", unit: "C" }],
  }),
}));
const nodeRules = edges
  .map((edge) => `user gw-${edge}\ntopic write spBv1.0/g/+/${edge}\ntopic write spBv1.0/g/+/${edge}/+\n`)
  .concat(
    edges.map((edge) => `user gw-${edge}\ntopic read spBv1.0/g/NCMD/${edge}\ntopic read spBv1.0/STATE/+\n`),
  )
  .join("");
const rules = `
user coldmark-collector
topic write spBv1.0/STATE/${hostId}
user coldmark-sparkplug
topic read spBv1.0/#
topic write spBv1.0/STATE/${hostId}
topic write spBv1.0/g/NCMD/+
${nodeRules}`;
const hostUser = "coldmark-sparkplug";
const passwords = Object.fromEntries(
  [...network.map(({ id }) => id), hostUser].map((id) => [id, gatewayPassword]),
);

async function startHouse(kind: "embedded" | "outside") {
  const opened = await openOnPglite();
  const { store } = opened;
  await registerGateways(store, tenant, network);
  const mosquitto = kind === "outside" ? await startMosquitto(passwords, { rules }) : null;
  const config = loadConfig({
    ...{ SPARKPLUG_HOST_ID: hostId, SPARKPLUG_REORDER_MS: "1500", MQTT_PORT: "0" },
    ...(mosquitto && {
      MQTT_URL: mosquitto.url,
      MQTT_USERNAME: mosquitto.collector.username,
      MQTT_PASSWORD: mosquitto.collector.password,
      ...{ SPARKPLUG_USERNAME: hostUser, SPARKPLUG_PASSWORD: gatewayPassword },
    }),
  });
  const ingest = await startIngest({
    ...{ store, config, log, readings: openPostgresReadings(store), clock: Date.now },
    receiptKey: { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) },
  });
  const stop = async () => {
    await ingest.stop();
    await opened.stop();
    await mosquitto?.stop();
  };
  return { store, url: ingest.broker.url, ingest, stop };
}

const metric = (alias: number, doubleValue: number, timestamp: number, more: object = {}) => ({
  ...{ alias, doubleValue, timestamp },
  ...more,
});
const born = (alias: number, timestamp: number) => ({
  timestamp,
  metrics: [{ name: "Temperature", alias, datatype: 10, timestamp, doubleValue: 4 }],
});
const nodeBirth = (timestamp: number) => ({
  timestamp,
  metrics: [
    { name: "bdSeq", datatype: 4, timestamp, longValue: 0 },
    { name: "Node Control/Rebirth", datatype: 11, timestamp, booleanValue: false },
  ],
});

describe.each(["embedded", "outside"] as const)("Sparkplug nodes at the %s broker", (kind) => {
  let house: Awaited<ReturnType<typeof startHouse>>;
  const nodes: TestNode[] = [];
  beforeAll(async () => {
    house = await startHouse(kind);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await house?.stop();
  });

  /** A node that speaks once the host is online, as one with a primary host does. */
  const nodeAt = async (edge: (typeof edges)[number]) => {
    const node = await connectNode(house.url, `gw-${edge}`, edge, hostId);
    nodes.push(node);
    await vi.waitFor(() => expect(node.heard.some(({ topic }) => topic === stateTopic(hostId))).toBe(true), {
      timeout: 8_000,
    });
    return node;
  };
  const commandsTo = ({ heard }: TestNode) => heard.filter(({ topic }) => topic.includes("/NCMD/"));
  const storedOf = (edge: string) =>
    house.store.as({ role: "app", tenant }, async (tx) => {
      const rows = await tx
        .select()
        .from(readings)
        .where(eq(readings.point, pointOf(`gw-${edge}`)))
        .orderBy(asc(readings.ts));
      return rows.map(({ tMilliC, late, signedBy }) => [tMilliC, late, signedBy]);
    });
  const stateNow = async (edge: string) => {
    const [node] = await house.store.as({ role: "worker" }, (tx) => readNodes(tx, [`gw-${edge}`]));
    return node;
  };

  test("births, data by alias and history: stored unsigned, history marked as back-fill", async () => {
    const now = Date.now();
    const node = await nodeAt("one");
    expect(JSON.parse(String(node.heard[0]?.payload))).toEqual({
      online: true,
      timestamp: expect.any(Number),
    });
    await node.say("NBIRTH", nodeBirth(now));
    await node.say("DBIRTH", born(7, now - 3_000), "fridge 1");
    const history = metric(7, 5, now - 200_000, { isHistorical: true });
    await node.say("DDATA", { timestamp: now, metrics: [metric(7, 4.2, now), history] }, "fridge 1");
    await node.say("DBIRTH", born(8, now - 2_000), "fridge 1");
    await node.say(
      "DDATA",
      { timestamp: now, metrics: [metric(8, 4.3, now + 1), metric(7, 9, now + 2)] },
      "fridge 1",
    );
    await expect
      .poll(() => storedOf("one"), { timeout: 8_000 })
      .toEqual([
        [5_000, true, null],
        [4_000, false, null],
        [4_000, false, null],
        [4_200, false, null],
        [4_300, false, null],
      ]);
    const letters = await house.store.as({ role: "worker" }, (tx) =>
      tx.select().from(deadLetters).where(eq(deadLetters.gateway, "gw-one")),
    );
    expect(letters.map(({ reason }) => reason)).toEqual(["BAD_SHAPE"]);
    expect(await stateNow("one")).toMatchObject({
      online: true,
      seq: 4,
      devices: { "fridge 1": { online: true } },
    });
  });

  test("data before a birth: one request for a rebirth, not two", async () => {
    const node = await nodeAt("early");
    const now = Date.now();
    for (let n = 0; n < 5; n += 1) {
      await node.say("DDATA", { timestamp: now, metrics: [metric(1, 4, now + n)] }, "fridge 1");
    }
    await expect.poll(() => commandsTo(node).length, { timeout: 8_000 }).toBe(1);
    const [command] = commandsTo(node);
    expect(command).toMatchObject({ topic: "spBv1.0/g/NCMD/early", qos: 0 });
    const asked = { name: "Node Control/Rebirth", datatype: 11, booleanValue: true };
    expect(sparkplugFields(command?.payload ?? Buffer.alloc(0))).toMatchObject({ metrics: [asked] });
    await node.say("NBIRTH", nodeBirth(now));
    await expect.poll(async () => (await stateNow("early"))?.rebirthWanted, { timeout: 8_000 }).toBeNull();
    await node.say("DDATA", { timestamp: now, metrics: [metric(1, 4, now)] }, "fridge 1");
    await expect
      .poll(async () => (await stateNow("early"))?.rebirthWanted, { timeout: 8_000 })
      .not.toBeNull();
    expect(commandsTo(node)).toHaveLength(1);
    expect((await stateNow("early"))?.askAfter).toBeGreaterThanOrEqual(now + 60_000);
  });

  test("a hole in seq that is filled in time asks for nothing; one that stays asks for a rebirth", async () => {
    const node = await nodeAt("hole");
    const now = Date.now();
    await node.say("NBIRTH", nodeBirth(now));
    await node.say("NDATA", { timestamp: now, seq: 2, metrics: [] });
    await node.say("NDATA", { timestamp: now, seq: 1, metrics: [] });
    await expect.poll(() => stateNow("hole"), { timeout: 8_000 }).toMatchObject({ seq: 2, holeSince: null });
    expect(commandsTo(node)).toHaveLength(0);
    await node.say("NDATA", { timestamp: now, seq: 4, metrics: [] });
    await expect.poll(() => commandsTo(node).length, { timeout: 8_000 }).toBe(1);
  });

  test("the death that its broker tells for it puts it and its devices offline", async () => {
    const node = await nodeAt("mortal");
    const now = Date.now();
    await node.say("NBIRTH", nodeBirth(now));
    await node.say("DBIRTH", born(1, now), "fridge 1");
    await expect.poll(async () => (await stateNow("mortal"))?.seq, { timeout: 8_000 }).toBe(1);
    await node.die();
    const offline = { online: false, devices: { "fridge 1": { online: false } } };
    await expect.poll(() => stateNow("mortal"), { timeout: 8_000 }).toMatchObject(offline);
  });
});

test("whatever a node's bytes are, they are followed: nothing in them stops the tracker", async () => {
  const { store, stop } = await openOnPglite();
  await registerGateways(store, tenant, network);
  const sound = sparkplugBytes({
    ...{ timestamp: 1, seq: 1 },
    metrics: [
      { name: "bdSeq", alias: 1, datatype: 4, longValue: "18446744073709551615" },
      { name: "a\u0000\ud800b", alias: "18446744073709551615", datatype: 10, timestamp: 2, doubleValue: 4 },
    ],
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.constant(sound),
    fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
      return changes.reduce((all, [at, byte]) => all.with(at, byte), sound);
    }),
  );
  const types = fc.constantFrom("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH");
  const devices = fc.constantFrom("d", "constructor", "__proto__", "\ufffd");
  let id = 0;
  const message = fc.tuple(types, devices, bytes).map(([type, device, payload]) => ({
    ...{ receivedAt: 1_000, gateway: "gw-one", lane: "data", door: "collector", payload, sha256: payload },
    topic: `spBv1.0/g/${type}/one${type.startsWith("D") ? `/${device}` : ""}`,
  }));
  await store.as({ role: "worker" }, async (tx) => {
    const gateways = await loadGateways(tx, ["gw-one"]);
    for (const messages of fc.sample(fc.array(message, { maxLength: 20 }), 60)) {
      const numbered = messages.map((each) => {
        id += 1;
        return { ...each, id };
      });
      await followSparkplug(tx, numbered, gateways);
    }
    expect(await readNodes(tx, ["gw-one"])).toHaveLength(1);
  });
  await stop();
});

test("the host's session: clean, with its death as will; births by the will's time; a false death answered; a death on leaving", async () => {
  const opened = await openOnPglite();
  await registerGateways(opened.store, tenant, network);
  const mosquitto = await startMosquitto(passwords, { rules });
  const routes = await openTopicRoutes(opened.store, log);
  const { username, password } = mosquitto.collector;
  const used: IClientOptions[] = [];
  let now = 1_000;
  const host = openHostSession({
    ...{
      hostId,
      username: hostUser,
      password: gatewayPassword,
      routes,
      log,
      meters: createIngestMeters().sessions,
    },
    connect: (options) => {
      used.push(options);
      return connect(mosquitto.url, options);
    },
    accept: (_, settled) => settled(null),
    clock: () => now,
  });
  const watcher = await connectAsync(mosquitto.url, {
    ...{ protocolVersion: 4, clientId: "gw-one", username: "gw-one", password: gatewayPassword },
  });
  const states: string[] = [];
  watcher.on("message", (_topic, payload) => void states.push(payload.toString()));
  await watcher.subscribeAsync(stateTopic(hostId), { qos: 1 });
  const online = '{"online":true,"timestamp":1000}';
  await expect.poll(() => states.at(-1), { timeout: 8_000 }).toBe(online);
  expect(used[0]).toMatchObject({
    ...{ clean: true, protocolVersion: 5, properties: { sessionExpiryInterval: 0 } },
    will: { topic: stateTopic(hostId), qos: 1, retain: true },
  });
  expect(String(used[0]?.will?.payload)).toBe('{"online":false,"timestamp":1000}');
  const other = await connectAsync(mosquitto.url, { username, password, clientId: username });
  states.length = 0;
  await other.publishAsync(stateTopic(hostId), '{"online":false,"timestamp":999}', { qos: 1, retain: true });
  await expect.poll(() => states, { timeout: 8_000 }).toEqual(['{"online":false,"timestamp":999}', online]);
  now = 2_000;
  await host.stop();
  await expect.poll(() => states.at(-1), { timeout: 8_000 }).toBe('{"online":false,"timestamp":2000}');
  await Promise.all([watcher.endAsync(), other.endAsync(), routes.stop()]);
  await opened.stop();
  await mosquitto.stop();
});
