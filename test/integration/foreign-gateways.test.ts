import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asc, eq } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadConfig } from "#config";
import { sourceShape } from "#domain/formats/source.ts";
import { startIngest } from "#ingest/run.ts";
import { openTopicRoutes } from "#ingest/topic-routes.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import type { Store } from "#store/connect.ts";
import { readGateways } from "#store/equipment-view.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { gateways } from "#store/schema/gateways.ts";
import { readings } from "#store/schema/readings.ts";
import { openOnPglite } from "../support/both-stores.ts";
import { gatewayPassword, pointOf, registerGateways, type TestGateway } from "../support/gateway-network.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { connectGateway } from "../support/mqtt-gateway.ts";
import { networkFile } from "../support/network-file.ts";

const tenant = "pharmacy-1";
const log = pino({ level: "silent" });
const temperature = { name: "t", as: "t", pointer: "/temperature", unit: "C" };
const mapped = sourceShape.parse({
  kind: "mapping",
  topic: "plant/+/climate",
  device: { level: 2 },
  values: [temperature],
  time: { pointer: "/at", unit: "ms" },
});
const board = sourceShape.parse({ kind: "thingsboard", values: [temperature] });
const network: TestGateway[] = [
  { id: "gw-plant", source: mapped, channel: "room 1/t" },
  { id: "gw-board", source: board, channel: "冰箱/t" },
  { id: "gw-native" },
];
const ids = network.map(({ id }) => id);

async function startHouse(kind: "embedded" | "outside") {
  const opened = await openOnPglite();
  const { store } = opened;
  await registerGateways(store, tenant, network);
  const rules = `
user coldmark-collector
topic read plant/+/climate
topic read v1/gateway/telemetry
user gw-plant
topic write plant/+/climate
topic write v1/gateway/telemetry
user gw-board
topic write v1/gateway/telemetry
`;
  const passwords = Object.fromEntries(ids.map((id) => [id, gatewayPassword]));
  const mosquitto = kind === "outside" ? await startMosquitto(passwords, { rules }) : null;
  const config = loadConfig(
    mosquitto === null
      ? { MQTT_PORT: "0" }
      : {
          MQTT_URL: mosquitto.url,
          MQTT_USERNAME: mosquitto.collector.username,
          MQTT_PASSWORD: mosquitto.collector.password,
        },
  );
  const ingest = await startIngest({
    ...{ store, config, log, readings: openPostgresReadings(store), clock: Date.now },
    receiptKey: { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) },
  });
  await vi.waitFor(() => expect(ingest.broker.state()).toBe("up"), { timeout: 20_000 });
  const stop = async () => {
    await ingest.stop();
    await opened.stop();
    await mosquitto?.stop();
  };
  return { store, ingest, stop };
}

describe.each(["embedded", "outside"] as const)("foreign gateways at the %s broker", (kind) => {
  let house: Awaited<ReturnType<typeof startHouse>>;
  beforeAll(async () => {
    house = await startHouse(kind);
  }, 60_000);
  afterAll(() => house.stop());

  const storedOf = (id: string) =>
    house.store.as({ role: "app", tenant }, (tx) =>
      tx
        .select()
        .from(readings)
        .where(eq(readings.point, pointOf(id)))
        .orderBy(asc(readings.ts)),
    );
  const lettersOf = (id: string) =>
    house.store.as({ role: "worker" }, async (tx) =>
      (await tx.select().from(deadLetters).where(eq(deadLetters.gateway, id))).map(({ reason }) => reason),
    );
  const identity = async () => {
    const { counters } = await house.ingest.status();
    if (counters === null || counters.inFlight > 0) return "still at work";
    return counters.received - counters.stored - counters.duplicate - counters.deadLetter;
  };

  test("each on its own topic: stored unsigned under the registered sensor, once", async () => {
    const now = Date.now();
    const plant = await connectGateway(house.ingest.broker.url, "gw-plant");
    const fridge = await connectGateway(house.ingest.broker.url, "gw-board");
    const reading = JSON.stringify({ temperature: 4.2, at: now });
    for (let n = 0; n < 3; n += 1) await plant.publishTo("plant/room 1/climate", reading);
    await plant.publishTo("plant/room 2/climate", reading);
    await plant.publishTo("plant/room 1/climate", JSON.stringify({ temperature: 4.3, at: now }));
    const ahead = now + 180_000;
    const entries = [{ ts: ahead, values: { temperature: 5 } }, { values: { temperature: 5 } }];
    await fridge.publishTo("v1/gateway/telemetry", JSON.stringify({ 冰箱: entries }));
    await expect.poll(async () => (await storedOf("gw-board")).length, { timeout: 20_000 }).toBe(1);
    expect(await storedOf("gw-plant")).toMatchObject([
      { ts: now, tMilliC: 4_200, signedBy: null, late: false },
    ]);
    expect((await lettersOf("gw-plant")).sort()).toEqual(["CONFLICT", "UNKNOWN_SENSOR"]);
    expect(await lettersOf("gw-board")).toEqual(["NO_CLOCK"]);
    await expect.poll(identity, { timeout: 20_000 }).toBe(0);
    await Promise.all([plant.close(), fridge.close()]);
    const heard = await house.store.as({ role: "app", tenant }, (tx) => readGateways(tx, tenant, ids));
    const newest = async (id: string) => (await storedOf(id)).at(-1)?.receivedAt ?? Number.NaN;
    const boardHeard = await newest("gw-board");
    expect(heard.map(({ id, lastReceivedAt, skewMs }) => [id, lastReceivedAt, skewMs])).toEqual([
      ["gw-board", boardHeard, boardHeard - ahead],
      ["gw-native", null, null],
      ["gw-plant", await newest("gw-plant"), null],
    ]);
  });

  test("another gateway's topic is no topic of this one: set aside here, held back by the outside broker's ACL", async () => {
    const stranger = await connectGateway(house.ingest.broker.url, "gw-native");
    await stranger.publishTo("plant/room 1/climate", JSON.stringify({ temperature: 1, at: Date.now() }));
    await stranger.publishTo("elsewhere/x", "{}");
    await stranger.publish("data", "no message");
    const ends = kind === "embedded" ? ["MALFORMED", "WRONG_TOPIC", "WRONG_TOPIC"] : ["MALFORMED"];
    await expect.poll(async () => (await lettersOf("gw-native")).sort(), { timeout: 20_000 }).toEqual(ends);
    expect(await storedOf("gw-plant")).toHaveLength(1);
    await stranger.close();
  });
});

describe("topic routes", () => {
  let folder: { store: Store; stop: () => Promise<void> };
  beforeAll(async () => {
    folder = await openOnPglite();
    await registerGateways(folder.store, tenant, network);
  });
  afterAll(() => folder.stop());

  test("say whose a topic is, and follow what is registered and revoked", async () => {
    const routes = await openTopicRoutes(folder.store, log, 20);
    let told = 0;
    routes.onChange(() => {
      told += 1;
    });
    expect(routes.route("coldmark/v1/gw-native/hist")).toEqual({ gateway: "gw-native", lane: "hist" });
    expect(routes.route("plant/a/climate")).toEqual({ gateway: "gw-plant", lane: "data" });
    expect(routes.route("plant/a/b/climate")).toBeNull();
    expect([...routes.filters()].sort()).toEqual(["plant/+/climate", "v1/gateway/telemetry"]);
    await folder.store.as({ role: "app", tenant }, (tx) =>
      tx.update(gateways).set({ revokedAt: 1 }).where(eq(gateways.id, "gw-plant")),
    );
    await expect.poll(() => routes.route("plant/a/climate"), { timeout: 10_000 }).toBeNull();
    expect(routes.filters()).toEqual(["v1/gateway/telemetry"]);
    expect(told).toBe(1);
    await routes.stop();
  });

  test("a source that can be sent another organisation's topics is refused, whoever registers it", async () => {
    const config = loadConfig({ DATA_DIR: mkdtempSync(join(tmpdir(), "coldmark-config-")) });
    const actor = { kind: "system", id: "test", tenant: null, scopes: [] } as const;
    const ctx = { store: folder.store, config, clock: Date.now, log, actor };
    const { file } = networkFile("shop-b", 2);
    const site = file.organisations[1]?.sites?.[0];
    if (site === undefined) throw new Error("the file has no site");
    const gateway = (prefix?: string) => ({
      ...{ id: "shop-b-board", kind: "thingsboard", keys: [] },
      source: { kind: "thingsboard", values: [temperature], ...(prefix && { prefix }) },
    });
    const own = [...site.gateways];
    Object.assign(site, { gateways: [...own, gateway()] });
    const refused = await registerNetwork(ctx, file);
    expect(refused.faults).toMatchObject([{ path: "organisations[1].sites[0].gateways[1].source" }]);
    expect(refused.faults[0]?.message).not.toContain(tenant);
    Object.assign(site, { gateways: [...own, gateway("shop-b")] });
    expect((await registerNetwork(ctx, file)).faults).toEqual([]);
    const again = await registerNetwork(ctx, file);
    expect([again.faults, again.created, again.changed]).toEqual([[], [], []]);
    rmSync(config.dataDir, { recursive: true, force: true });
  });
});
