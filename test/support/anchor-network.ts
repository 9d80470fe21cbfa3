import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sql } from "drizzle-orm";
import pino from "pino";
import type { SigningKey } from "#anchor/keys.ts";
import type { AnchorParts } from "#anchor/run.ts";
import { loadConfig } from "#config";
import { utf8 } from "#domain/log/bytes.ts";
import { openStore, type Store, type Tx } from "#store/connect.ts";
import { trackMessages } from "#store/gateway-messages.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { calibrations } from "#store/schema/calibrations.ts";
import { cursors } from "#store/schema/cursors.ts";
import { equipment } from "#store/schema/equipment.ts";
import { inbox } from "#store/schema/inbox.ts";
import { organisations } from "#store/schema/organisations.ts";
import { sensorPlacements } from "#store/schema/sensor-placements.ts";
import { sensors } from "#store/schema/sensors.ts";

/** The one refrigerator of these tests: a window of 5 min, a reading a minute in messages of 5. */
export const fridge = {
  tenant: "shop",
  id: "fridge-1",
  label: "f".repeat(32),
  point: "a".repeat(32),
  gateway: "gw-1",
};
export const fridgeSubject = `urn:coldmark:equipment:${fridge.label}`;
export const minuteMs = 60_000;
export const windowMs = 5 * minuteMs;
/** Start of the history; windows of an hour follow. */
export const startMs = Date.UTC(2026, 4, 4, 8);
const accepted = { acceptedAt: startMs, offline: false };

/** A temporary data folder. */
export function dataFolder(): string {
  return mkdtempSync(join(tmpdir(), "coldmark-anchor-"));
}

/** A key pair that is the same in every process of a test. */
export function keyOf(fill: number): SigningKey {
  const privateKey = new Uint8Array(32).fill(fill);
  return { kid: `key-${fill}`, privateKey, publicKey: ed25519.getPublicKey(privateKey) };
}

/** Everything anchoring starts with, on a store and a chain, with a clock that stands at `now()`. */
export function anchorParts(
  store: Store,
  dataDir: string,
  now: () => number,
  chainSettings: AnchorParts["chainSettings"],
  environment: Record<string, string> = {},
): AnchorParts {
  const config = loadConfig({ DATA_DIR: dataDir, SEAL_GRACE_MS: "10000", ...environment });
  return {
    store,
    readings: openPostgresReadings(store),
    config,
    clock: now,
    log: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
    chainSettings,
    logKey: keyOf(1),
    receiptKey: keyOf(2),
  };
}

/** Opens the embedded records, or those at a URL. */
export async function openRecords(dataDir: string, databaseUrl?: string): Promise<Store> {
  return openStore({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
}

/** Writes the operator and the refrigerator with its sensor, and queues its roster, as a registration would. */
export async function registerFridge(store: Store): Promise<void> {
  const { tenant, id, label, point, gateway } = fridge;
  const names = { zh: "冰箱", en: "Refrigerator" };
  for (const [tenantId, kind] of [
    ["op", "operator"],
    [tenant, "pharmacy"],
  ] as const) {
    const row = { tenantId, kind, names, gln: null, label: tenantId.padEnd(32, "0"), acceptedAt: startMs };
    await store.as({ role: "app", tenant: tenantId }, (tx) => tx.insert(organisations).values(row));
  }
  await store.as({ role: "app", tenant }, async (tx) => {
    await tx.insert(equipment).values({
      ...{
        tenantId: tenant,
        id,
        siteId: "s",
        label,
        epc: "urn:e",
        kind: "refrigerator",
        scope: "shop",
        names,
      },
      ...{
        profile: "CN-GSP",
        profileVersion: 1,
        lowerMilliC: 2_000,
        upperMilliC: 8_000,
        segmentMs: windowMs,
      },
      ...{ validatedMs: null, since: startMs, signedBy: null, ...accepted },
    });
    const sensor = {
      tenantId: tenant,
      id: "probe",
      point,
      gatewayId: gateway,
      channel: "t1",
      equipmentId: id,
    };
    await tx.insert(sensors).values({ ...sensor, since: startMs, ...accepted });
    await tx.insert(sensorPlacements).values({
      tenantId: tenant,
      sensorId: "probe",
      equipmentId: id,
      since: startMs,
      until: null,
      ...accepted,
    });
    await tx.insert(calibrations).values({
      ...{
        tenantId: tenant,
        sensorId: "probe",
        certificate: "C-1",
        calibratedAt: 1,
        validUntil: startMs * 2,
      },
      ...{ errorMilliC: null, lab: null },
    });
    await queueEntry(tx, rosterEntry(), startMs);
  });
}

function rosterEntry() {
  const limits = { lowerMilliC: 2_000, upperMilliC: 8_000, segmentMs: windowMs, validatedMs: null };
  const profile = { name: "CN-GSP", version: 1 };
  const body = { kind: "refrigerator", scope: "shop", profile, ...limits, points: [] };
  return { subject: fridgeSubject, kind: "equipment", from: startMs, to: startMs, body };
}

/** The reading of a minute after the start: a calm cycle below 6 °C. */
export function readingAt(minute: number, inboxId: number): Reading {
  const ts = startMs + minute * minuteMs;
  return {
    ...{
      tenant: fridge.tenant,
      point: fridge.point,
      ts,
      equipmentId: fridge.id,
      tMilliC: 4_000 + (minute % 7) * 250,
    },
    ...{ rhPermille: null, door: null, power: null, lat: null, lon: null, err: null },
    ...{ receivedAt: ts + 500, inboxId, late: false, signedBy: null },
  };
}

/** Puts the messages of these windows (numbers from 0) through the inbox as the projector leaves them. */
export async function receiveWindows(store: Store, first: number, count: number): Promise<void> {
  const readings: Reading[] = [];
  await store.as({ role: "worker" }, async (tx) => {
    for (let window = first; window < first + count; window += 1) {
      const inboxId = await receiveMessage(tx, window);
      for (let minute = 0; minute < 5; minute += 1) readings.push(readingAt(window * 5 + minute, inboxId));
    }
    await tx.insert(cursors).values({ name: "projector", position: 1_000_000 }).onConflictDoNothing();
  });
  await openPostgresReadings(store).write(readings);
}

async function receiveMessage(tx: Tx, window: number): Promise<number> {
  const payload = utf8(`message ${window}`);
  const sha256 = new Uint8Array(createHash("sha256").update(payload).digest());
  const receivedAt = startMs + (window + 1) * windowMs;
  const { gateway, tenant } = fridge;
  const topic = `coldmark/v1/${gateway}/data`;
  const [row] = await tx
    .insert(inbox)
    .values({ receivedAt, gateway, topic, lane: "data", payload, sha256, door: "embedded" })
    .returning();
  const inboxId = row?.id ?? 0;
  const place = { tenantId: tenant, gatewayId: gateway, boot: 1, seq: window + 1 };
  await trackMessages(tx, [[{ ...place, inboxId, sha256, kid: null, receivedAt }]]);
  return inboxId;
}

/** Does what only somebody with the database's own password can do: behind every role and policy. */
export async function asIntruder<T>(store: Store, work: (tx: Tx) => Promise<T>): Promise<T> {
  return store.as({ role: "worker" }, async (tx) => {
    await tx.execute(sql`reset role`);
    return work(tx);
  });
}
