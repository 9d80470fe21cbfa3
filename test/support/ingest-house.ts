/** Ingestion at work for a test, from a real door through the inbox to the readings store, and what became of what was sent. */
import { and, asc, count, eq, sql } from "drizzle-orm";
import { pino } from "pino";
import { expect, vi } from "vitest";
import { loadConfig } from "#config";
import { type Ingest, startIngest } from "#ingest/run.ts";
import type { Store } from "#store/connect.ts";
import { openInfluxReadings } from "#store/readings/influx.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { cursors } from "#store/schema/cursors.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { findings } from "#store/schema/findings.ts";
import { inbox } from "#store/schema/inbox.ts";
import { openOnPglite, openOnPostgres } from "./both-stores.ts";
import { gatewayPassword, pointOf, registerGateways, type TestGateway } from "./gateway-network.ts";
import { startInflux, type TestInflux } from "./influx.ts";
import { startMosquitto, type TestMosquitto, takeTooLarge } from "./mosquitto.ts";

/** Who is registered, and the clock of ingestion. */
export interface HouseParts {
  /** The gateways of each organisation. */
  readonly gateways: Readonly<Record<string, readonly TestGateway[]>>;
  /** Gateways that the outside broker knows and nobody registered. */
  readonly strangers?: readonly string[];
  readonly clock?: () => number;
  /** Settings of ingestion beside the broker's address. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Stands before the readings store, to break it. */
  readonly around?: (readings: ReadingsStore) => ReadingsStore;
}

/** What runs, and the ways to look at it. */
export interface House {
  readonly kind: "embedded" | "outside";
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly ingest: Ingest;
  readonly port: number;
  readonly influx?: TestInflux;
  /** Every measuring point, with its organisation. */
  readonly points: readonly { readonly tenant: string; readonly point: string }[];
  /** Waits until so many messages of a gateway are in the inbox and the projector is past them. */
  projected(gateway: string, messages: number): Promise<void>;
  /** Waits until nothing is in flight. */
  settled(): Promise<void>;
  /** What the service says became of the readings; null when the records can't say. */
  counters(): Promise<Counters | null>;
  rawOf(gateway: string): Promise<(typeof inbox.$inferSelect)[]>;
  lettersOf(gateway: string): Promise<(typeof deadLetters.$inferSelect)[]>;
  findingsOf(subject: string): Promise<(typeof findings.$inferSelect)[]>;
  storedOf(gateway: string): Promise<Reading[]>;
  stop(): Promise<void>;
}

/** The counters of design §4. */
export type Counters = NonNullable<Awaited<ReturnType<Ingest["status"]>>["counters"]>;

/** The key of the receipts of a test. */
const houseReceiptKey = { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) };
/** Later than any reading of a test, epoch ms. */
export const endOfTime = 4_000_000_000_000;

const worker = { role: "worker" } as const;
const log = pino({ level: "silent" });
const waiting = { timeout: 30_000, interval: 25 };

/** Everything inside this process: PGlite and the embedded broker. */
export async function openEmbeddedHouse(parts: HouseParts): Promise<House> {
  const { store, stop } = await openOnPglite();
  return furnish(parts, { kind: "embedded", store, readings: openPostgresReadings(store), close: stop });
}

/** Every part outside: PostgreSQL, Mosquitto with our access rules, InfluxDB 1.x. */
export async function openOutsideHouse(parts: HouseParts): Promise<House> {
  const ids = Object.values(parts.gateways).flatMap((own) => own.map(({ id }) => id));
  const passwords = [...ids, ...(parts.strangers ?? [])].map((id) => [id, gatewayPassword]);
  const [{ store, stop }, influx, mosquitto] = await Promise.all([
    openOnPostgres(),
    startInflux(),
    startMosquitto(Object.fromEntries(passwords), { change: takeTooLarge }),
  ]);
  const readings = openInfluxReadings({ url: influx.url, version: 1, database: "coldmark" });
  const close = async () => {
    await Promise.all([mosquitto.stop(), influx.stop(), stop()]);
  };
  return furnish(parts, { kind: "outside", store, readings, mosquitto, influx, close });
}

/** PGlite, behind a broker that the test runs. */
export async function openHouseBehind(
  mosquitto: Pick<TestMosquitto, "url" | "collector">,
  parts: HouseParts,
): Promise<House> {
  const { store, stop } = await openOnPglite();
  const readings = openPostgresReadings(store);
  return furnish(parts, { kind: "outside", store, readings, mosquitto, close: stop });
}

interface Furniture {
  readonly kind: House["kind"];
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly mosquitto?: Pick<TestMosquitto, "url" | "collector">;
  readonly influx?: TestInflux;
  close(): Promise<void>;
}

async function furnish(parts: HouseParts, { close, ...given }: Furniture): Promise<House> {
  const { store, mosquitto } = given;
  for (const [tenant, own] of Object.entries(parts.gateways)) await registerGateways(store, tenant, own);
  const points = Object.entries(parts.gateways).flatMap(([tenant, own]) =>
    own.map(({ id }) => ({ tenant, point: pointOf(id) })),
  );
  const readings = parts.around?.(given.readings) ?? given.readings;
  const ingest = await startOn(store, readings, parts, mosquitto);
  return {
    ...given,
    ...looks(store, given.readings, ingest, points),
    ingest,
    points,
    port: Number(new URL(ingest.broker.url).port),
    stop: async () => {
      await ingest.stop();
      await close();
    },
  };
}

async function startOn(
  store: Store,
  readings: ReadingsStore,
  { clock = Date.now, settings = {} }: HouseParts,
  mosquitto: Furniture["mosquitto"],
): Promise<Ingest> {
  const broker = mosquitto
    ? {
        MQTT_URL: mosquitto.url,
        MQTT_USERNAME: mosquitto.collector.username,
        MQTT_PASSWORD: mosquitto.collector.password,
      }
    : { MQTT_PORT: "0" };
  const config = loadConfig({ ...broker, ...settings });
  const ingest = await startIngest({ store, readings, config, clock, log, receiptKey: houseReceiptKey });
  await vi.waitFor(() => expect(ingest.broker.state()).toBe("up"), waiting);
  return ingest;
}

function looks(store: Store, readings: ReadingsStore, ingest: Ingest, points: House["points"]) {
  const behindProjector = (gateway: string) =>
    store.as(worker, async (tx) => {
      const position = tx.select({ at: cursors.position }).from(cursors).where(eq(cursors.name, "projector"));
      const rows = await tx
        .select({ n: count() })
        .from(inbox)
        .where(and(eq(inbox.gateway, gateway), sql`${inbox.id} <= (${position})`));
      return rows[0]?.n;
    });
  const tenantOf = (gateway: string) =>
    points.find(({ point }) => point === pointOf(gateway))?.tenant ?? "nobody";
  return {
    projected: async (gateway: string, messages: number) => {
      await vi.waitFor(async () => expect(await behindProjector(gateway)).toBe(messages), waiting);
    },
    settled: async () => {
      await vi.waitFor(async () => {
        expect((await ingest.status()).counters?.inFlight).toBe(0);
      }, waiting);
    },
    counters: async () => (await ingest.status()).counters,
    rawOf: (gateway: string) =>
      store.as(worker, (tx) =>
        tx.select().from(inbox).where(eq(inbox.gateway, gateway)).orderBy(asc(inbox.id)),
      ),
    lettersOf: (gateway: string) =>
      store.as(worker, (tx) =>
        tx.select().from(deadLetters).where(eq(deadLetters.gateway, gateway)).orderBy(asc(deadLetters.id)),
      ),
    findingsOf: (subject: string) =>
      store.as(worker, (tx) =>
        tx.select().from(findings).where(eq(findings.subject, subject)).orderBy(asc(findings.id)),
      ),
    storedOf: (gateway: string) =>
      readings.range({ tenant: tenantOf(gateway), points: [pointOf(gateway)], from: 0, to: endOfTime }),
  };
}
