import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createMetrics } from "#cli/metrics.ts";
import { type Service, startService } from "#cli/start-service.ts";
import { readStatus } from "#cli/status.ts";
import { loadConfig } from "#config";
import { AppError } from "#domain/errors.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { type House, openEmbeddedHouse } from "../support/ingest-house.ts";
import { bodyOf, connectGateway } from "../support/mqtt-gateway.ts";
import { connectPacket, openRaw } from "../support/raw-mqtt.ts";

const behindMs = 180_000;
let house: House;
let isDown = false;
let asked = 0;
beforeAll(async () => {
  house = await openEmbeddedHouse({
    gateways: { maker: [{ id: "gw-slow" }, { id: "gw-right" }] },
    around: (readings) => ({
      ...readings,
      write: async (batch) => {
        if (isDown) throw new AppError("UNAVAILABLE", "the readings store is away");
        return readings.write(batch);
      },
    }),
  });
});
afterAll(() => house?.stop());

/** The values of a scrape, by name and labels. */
async function scrape(registry: ReturnType<typeof createMetrics>): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

it("tells of ingestion what its documents name, asks the parts once a scrape, and the values move", async () => {
  const { store, readings, ingest } = house;
  const status = () => {
    asked += 1;
    return readStatus({ store, readings, anchor: null, ingest });
  };
  const registry = createMetrics(status, ingest);
  const now = Date.now();
  const slow = await connectGateway(ingest.broker.url, "gw-slow");
  const right = await connectGateway(ingest.broker.url, "gw-right");
  const sentAt = (seq: number, sent: number, readings: unknown[]) =>
    JSON.stringify({ ...JSON.parse(bodyOf(1, seq, readings).toString()), sent });
  const reading = (ts: number) => ({ s: "t1", ts, t: 5 });
  await slow.publish(
    "data",
    sentAt(1, now - behindMs, [reading(now - behindMs), reading(now - behindMs + 1)]),
  );
  await slow.publish("data", sentAt(2, now - behindMs, [reading(now - behindMs)]));
  await right.publish("data", sentAt(1, Date.now(), [reading(now)]));
  await right.publish("hist", sentAt(2, Date.now(), [reading(now - 3_600_000)]));
  await right.publish("data", "no message at all");
  const guesser = await openRaw(house.port);
  guesser.send(connectPacket("gw-right", { password: Buffer.from("guessed") }));
  await guesser.closed();
  await house.settled();
  await house.projected("gw-right", 3);
  asked = 0;
  const first = await scrape(registry);
  expect(asked).toBe(1);
  const end = (name: string, from = first) => from.get(`coldmark_readings{end="${name}"}`) ?? Number.NaN;
  expect(["received", "stored", "duplicate", "deadLetter", "inFlight"].map((name) => end(name))).toEqual([
    6, 4, 1, 1, 0,
  ]);
  expect(end("received")).toBe(end("stored") + end("duplicate") + end("deadLetter") + end("inFlight"));
  expect(Object.fromEntries(first)).toMatchObject({
    'ingest_messages_total{lane="data",result="durable"}': 4,
    'ingest_messages_total{lane="hist",result="durable"}': 1,
    ...{ ingest_lines_total: 4, ingest_unacked: 0, ingest_oldest_unacked_seconds: 0, ingest_bisect_total: 0 },
    ingest_qos0_messages_total: 0,
    'mqtt_password_tries_total{result="right"}': 2,
    'mqtt_password_tries_total{result="wrong"}': 1,
    'mqtt_password_tries_total{result="over_limit"}': 0,
    ...{ ingest_inbox_rows: 0, ingest_inbox_oldest_seconds: 0, gateway_gap_total: 0 },
    ...{ mqtt_reconnects_total: 0, mqtt_session_lost_total: 0, broker_dropped_messages: 0 },
    ...{ 'coldmark_part_up{part="records"}': 1, 'coldmark_part_up{part="readings"}': 1 },
  });
  expect(first.get("ingest_write_seconds_count")).toBeGreaterThan(0);
  expect(first.get('event_loop_lag_seconds{quantile="1"}')).toBeGreaterThanOrEqual(0);
  expect(first.get('gateway_skew_seconds{gateway="gw-slow"}')).toBeCloseTo(behindMs / 1_000, -1);
  expect(Math.abs(first.get('gateway_skew_seconds{gateway="gw-right"}') ?? 99)).toBeLessThan(5);

  isDown = true;
  await right.publish("data", sentAt(3, Date.now(), [reading(now + 1)]));
  await expect.poll(async () => (await scrape(registry)).get("ingest_inbox_rows")).toBe(1);
  expect((await scrape(registry)).get("ingest_inbox_oldest_seconds")).toBeGreaterThan(0);
  isDown = false;
  await house.settled();
  expect(end("stored", await scrape(registry))).toBe(5);
  await slow.close();
  await right.close();
});

it("says nothing of ingestion where the process runs none, and of what nobody can say no number", async () => {
  const parts = { records: "up", readings: "up", ingest: null, log: null };
  const status = async () => ({ ready: true, missing: [], parts });
  expect(await createMetrics(status, null).metrics()).not.toMatch(/ingest_|gateway_skew/);
  const away = { meters: createIngestMeters(), skews: () => Promise.reject(new Error("away")) };
  const found = await scrape(createMetrics(status, away));
  expect(found.get("ingest_inbox_rows")).toBeNaN();
  expect([...found.keys()].filter((name) => name.startsWith("gateway_skew"))).toEqual([]);
});

it("counts the halvings of a write that the store refuses in part", async () => {
  let halvings = 0;
  const readings = openPostgresReadings(house.store, { halved: () => (halvings += 1) });
  const one = (ts: number, rhPermille: number) => ({
    ...{
      tenant: "maker",
      point: randomUUID().replaceAll("-", ""),
      ts,
      equipmentId: "",
      tMilliC: 5_000,
      rhPermille,
    },
    ...{ door: null, power: null, lat: null, lon: null, err: null, receivedAt: ts, inboxId: 1, late: false },
    signedBy: null,
  });
  const batch = [one(1, 500), one(2, 2 ** 40), one(3, 500), one(4, 500)];
  expect((await readings.write(batch)).map(({ reading }) => reading.ts)).toEqual([2]);
  expect(halvings).toBe(2);
});

it("has a socket for figures alone where the API is not run, and works without where its port is taken", async () => {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
  const folders: string[] = [];
  const running: Service[] = [];
  const startOn = async (port: number): Promise<Service> => {
    const folder = mkdtempSync(join(tmpdir(), "coldmark-metrics-"));
    folders.push(folder);
    const config = loadConfig({ DATA_DIR: folder, MQTT_PORT: "0", METRICS_PORT: String(port) });
    const service = await startService(config, log, { rooms: new Set(["ingest"] as const) });
    running.push(service);
    return service;
  };
  try {
    const { server, metrics } = await startOn(0);
    expect(server).toBeNull();
    expect(metrics?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answers = ["/metrics", "/health/ready", "/v1/findings"].map((path) =>
      fetch(`${metrics?.url}${path}`),
    );
    const [figures, ready, other] = await Promise.all(answers);
    expect([figures?.status, ready?.status, other?.status]).toEqual([200, 200, 404]);
    expect(await figures?.text()).toContain("ingest_inbox_rows 0");
    const second = await startOn(metrics?.port ?? 0);
    expect(second.metrics).toBeNull();
    expect(lines.join()).toContain("METRICS_PORT");
  } finally {
    for (const service of running) await service.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});
