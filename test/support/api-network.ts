/** Two organisations on an embedded store behind the API, for tests by `app.request()`: a maker and a pharmacy. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { pino } from "pino";
import { Registry } from "prom-client";
import { createApp } from "#api/app.ts";
import { LiveFeed } from "#api/live-feed.ts";
import type { Api, ApiParts } from "#api/parts.ts";
import { loadConfig } from "#config";
import { checkDigit } from "#domain/codes/check-digit.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { newApiKey } from "#services/api-keys/secret.ts";
import { openCharts } from "#services/console/open-charts.ts";
import { openPeople } from "#services/people/open-people.ts";
import { openProvenance } from "#services/provenance/answer-for.ts";
import { openEquipmentBundles } from "#services/provenance/equipment-bundle.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { openStore, type Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";

const withCheckDigit = (digits: string) => digits + checkDigit(digits);
const label = (digit: string) => digit.repeat(32);

/** Codes of the two organisations, known to every test. */
export const codes = {
  gtin: withCheckDigit("0690000000001"),
  lot: "L1",
  makerRoom: `https://id.gs1.org/414/${withCheckDigit("690000000001")}/254/CR1`,
  truck: "https://id.gs1.org/8004/6900000001TRUCK",
  pharmacySite: `https://id.gs1.org/414/${withCheckDigit("690000000002")}`,
  fridge: `https://id.gs1.org/414/${withCheckDigit("690000000002")}/254/F1`,
  probe: label("d"),
  labels: { room: label("a"), truck: label("b"), fridge: label("c"), site: label("e") },
} as const;

/** The running network: `setClock` moves the API's time; `lines` is what it logged. */
export interface ApiNetwork {
  readonly app: Api;
  readonly store: Store;
  readonly parts: ApiParts;
  readonly keys: { readonly maker: string; readonly pharmacy: string; readonly weak: string };
  readonly scanner: { readonly kid: string; readonly privateKey: Uint8Array };
  readonly lines: Record<string, unknown>[];
  readonly now: number;
  setClock(now: number): void;
  /** A fresh minute for everything that is counted by the minute. */
  nextMinute(): void;
  stop(): Promise<void>;
}

/** Opens an embedded store, registers both organisations and builds the API on it; `change` replaces parts. */
export async function startApiNetwork(change: Partial<ApiParts> = {}): Promise<ApiNetwork> {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-api-"));
  const store = await openStore({ dataDir: folder });
  const keys = { maker: newApiKey(), pharmacy: newApiKey(), weak: newApiKey() };
  const scanner = { kid: "maker-scanner", privateKey: ed25519.utils.randomSecretKey() };
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const started = Date.now();
  let now = started;
  const base = { store, config: loadConfig({}), clock: () => now, log };
  const actor = { kind: "system" as const, id: "test", tenant: null, scopes: [] };
  const { faults } = await registerNetwork({ ...base, actor }, networkFile(keys, scanner, now));
  if (faults.length > 0) throw new Error(`the test's network has faults: ${JSON.stringify(faults)}`);
  const [trust, rpc] = [() => null, () => null];
  const parts: ApiParts = {
    ...base,
    people: openPeople({
      ...{ store, clock: base.clock, log },
      publicUrl: base.config.publicUrl,
      secret: "the secret of a test, which nobody guesses",
    }),
    provenance: openProvenance({ store, readings: openPostgresReadings(store), trust, rpc }),
    equipmentBundles: openEquipmentBundles({ store, readings: openPostgresReadings(store) }),
    charts: openCharts(openPostgresReadings(store)),
    live: new LiveFeed({ store, clock: base.clock, log }),
    status: () => ({ ready: true, missing: [], parts: { records: "up" } }),
    metrics: new Registry(),
    trust,
    rpc,
    ...change,
  };
  return {
    ...{ app: createApp(parts), store, parts, keys, scanner, lines, now: started },
    setClock: (moment) => {
      now = moment;
    },
    nextMinute: () => {
      now += 61_000;
    },
    stop: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function networkFile(keys: ApiNetwork["keys"], scanner: ApiNetwork["scanner"], now: number): object {
  const limits = { lowerLimitC: 2, upperLimitC: 8 };
  const names = { zh: "示范", en: "Demo" };
  const publicKey = toBase64(ed25519.getPublicKey(scanner.privateKey));
  const probe = {
    id: "probe-1",
    gateway: "pharmacy-gw",
    channel: "t1",
    point: codes.probe,
    calibrations: [
      {
        certificate: "C-1",
        calibratedAt: new Date(now - 1e9).toISOString(),
        validUntil: new Date(now + 1e10).toISOString(),
      },
    ],
  };
  const equipment = (id: string, kind: string, more: object) => ({ id, kind, names, ...limits, ...more });
  return {
    coldmark: 1,
    operator: "op",
    organisations: [
      { id: "op", kind: "operator", names },
      {
        id: "maker",
        kind: "manufacturer",
        names,
        keys: [{ kid: scanner.kid, alg: "Ed25519", publicKey, offline: true }],
        apiKeys: [
          { id: "maker-key", scopes: ["capture", "provenance:partner", "log:replay"], secret: keys.maker },
        ],
        sites: [
          {
            id: "plant",
            kind: "warehouse",
            gln: withCheckDigit("690000000001"),
            names,
            equipment: [
              equipment("room", "coldroom", {
                scope: "warehouse",
                extension: "CR1",
                label: codes.labels.room,
              }),
              equipment("truck", "vehicle", {
                scope: "transport",
                giai: "6900000001TRUCK",
                label: codes.labels.truck,
              }),
            ],
          },
        ],
        products: [{ gtin: codes.gtin, names, ...limits }],
        lots: [{ gtin: codes.gtin, lot: codes.lot, expiry: "2030-01-31" }],
      },
      {
        id: "pharmacy",
        kind: "pharmacy",
        names,
        apiKeys: [
          { id: "pharmacy-key", scopes: ["capture", "provenance:partner"], secret: keys.pharmacy },
          { id: "weak", scopes: ["provenance:partner"], secret: keys.weak },
        ],
        sites: [
          {
            id: "shop",
            kind: "shop",
            gln: withCheckDigit("690000000002"),
            names,
            label: codes.labels.site,
            equipment: [
              equipment("fridge", "refrigerator", {
                scope: "shop",
                extension: "F1",
                label: codes.labels.fridge,
                sensors: [probe],
              }),
              equipment("spare", "refrigerator", { scope: "shop", extension: "F2" }),
            ],
            gateways: [{ id: "pharmacy-gw", kind: "native", mqttPassword: "password-of-a-test" }],
          },
        ],
      },
    ],
  };
}

let serial = 0;

/** A pack that no other test uses. */
export function newPack(): string {
  serial += 1;
  return `https://id.gs1.org/01/${codes.gtin}/21/S${String(serial).padStart(6, "0")}`;
}

/** An EPCIS document around events. */
export function documentOf(...events: readonly object[]): Record<string, unknown> {
  return {
    "@context": [
      "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
      { coldmark: "urn:coldmark:epcis:" },
    ],
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: "2026-01-01T00:00:00Z",
    epcisBody: { eventList: events },
  };
}

/** An ObjectEvent about packs, changed as a test needs it. */
export function objectEvent(
  at: number,
  epcs: readonly string[],
  change: object = {},
): Record<string, unknown> {
  return {
    type: "ObjectEvent",
    eventTime: new Date(at).toISOString(),
    eventTimeZoneOffset: "+08:00",
    epcList: epcs,
    action: "OBSERVE",
    bizStep: "storing",
    ...change,
  };
}

/** A maker's ObjectEvent that gives a pack its code. */
export function commissioning(at: number, epc: string): Record<string, unknown> {
  const ilmd = { "cbvmda:lotNumber": codes.lot, "cbvmda:itemExpirationDate": "2030-01-31" };
  return objectEvent(at, [epc], { action: "ADD", bizStep: "commissioning", ilmd });
}

/** The header that carries an API key. */
export function withKey(key: string): { Authorization: string } {
  return { Authorization: `Bearer ${key}` };
}

/** Posts a JSON value, or a text as it is, with a key and more headers. */
export function post(
  { app }: Pick<ApiNetwork, "app">,
  path: string,
  body: unknown,
  { key, headers = {} }: { key?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return Promise.resolve(
    app.request(path, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(key === undefined ? {} : withKey(key)),
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
}
