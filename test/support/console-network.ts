/** Organisations with equipment, sensors and newest readings, written straight into the records as a registration would. */
import { apiKeyHash, newApiKey } from "#services/api-keys/secret.ts";
import { hashPassword } from "#services/register/password.ts";
import type { Store } from "#store/connect.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { calibrations } from "#store/schema/calibrations.ts";
import { equipment } from "#store/schema/equipment.ts";
import { excursions } from "#store/schema/excursions.ts";
import { gatewayTopics } from "#store/schema/gateway-topics.ts";
import { gateways } from "#store/schema/gateways.ts";
import { latestValues } from "#store/schema/latest-values.ts";
import { organisations } from "#store/schema/organisations.ts";
import { sensorPlacements } from "#store/schema/sensor-placements.ts";
import { sensors } from "#store/schema/sensors.ts";
import { sites } from "#store/schema/sites.ts";

import { gatewayPassword } from "./gateway-network.ts";

const dayMs = 86_400_000;
const names = { zh: "示范", en: "Demo" };
const limits = { lowerMilliC: 2_000, upperMilliC: 8_000 };

/** One for all gateways: making it is slow on purpose. */
const passwordHash = hashPassword(gatewayPassword);

/** How one refrigerator of a test looks; its sensors are `{id}-s1`, `{id}-s2` … at the points `{tenant}.{id}-s1` …. */
export interface TestFridge {
  readonly id: string;
  readonly sensors?: number;
  readonly scope?: "shop" | "warehouse" | "transport";
  /** Since when the sensors lie there, accepted then. */
  readonly since: number;
  /** Null: none. */
  readonly calibratedUntil?: number | null;
}

/** The label of a test's equipment: 32 hex digits. */
export function labelOf(tenant: string, id: string): string {
  return Buffer.from(`${tenant}/${id}`).toString("hex").padEnd(32, "0").slice(0, 32);
}

/** The measuring point of a test's sensor. */
export function pointAt(tenant: string, fridge: string, sensor = 1): string {
  return `${tenant}.${fridge}-s${sensor}`;
}

/** Registers an organisation with one site "shop", one gateway "{tenant}-gw" and these refrigerators. */
export async function seedOrganisation(
  store: Store,
  tenant: string,
  fridges: readonly TestFridge[],
): Promise<void> {
  const accepted = { acceptedAt: 0, offline: false };
  const hash = await passwordHash;
  await store.as({ role: "app", tenant }, async (tx) => {
    await tx
      .insert(organisations)
      .values({ tenantId: tenant, kind: "pharmacy", names, label: labelOf(tenant, ""), acceptedAt: 0 });
    await tx.insert(sites).values({
      ...{ tenantId: tenant, id: "shop", label: labelOf(tenant, "shop"), gln: "6900000000014", names },
      ...{ kind: "shop", city: names, province: names, acceptedAt: 0 },
    });
    await tx.insert(gateways).values({
      ...{ tenantId: tenant, id: `${tenant}-gw`, kind: "native", signatureRequired: false },
      ...{ siteId: "shop", acceptedAt: 0, mqttPasswordHash: hash },
    });
    await tx.insert(gatewayTopics).values({ gatewayId: `${tenant}-gw`, tenantId: tenant });
    await tx.insert(equipment).values(
      fridges.map(({ id, scope = "shop" }) => ({
        ...{
          tenantId: tenant,
          id,
          siteId: "shop",
          label: labelOf(tenant, id),
          epc: `urn:test:${tenant}:${id}`,
        },
        ...{ kind: "refrigerator" as const, scope, names: { zh: id, en: id }, profile: "CN-GSP" as const },
        ...{ profileVersion: 1, segmentMs: 3_600_000, since: 0, ...limits, ...accepted },
      })),
    );
    const placed = fridges.flatMap(({ id, sensors: count = 1, since }) =>
      Array.from({ length: count }, (_, at) => ({
        ...{ tenantId: tenant, id: `${id}-s${at + 1}`, point: pointAt(tenant, id, at + 1) },
        ...{ gatewayId: `${tenant}-gw`, channel: `${id}-s${at + 1}`, equipmentId: id },
        ...{ since, acceptedAt: since, offline: false },
      })),
    );
    await tx.insert(sensors).values(placed);
    await tx
      .insert(sensorPlacements)
      .values(
        placed.map(({ id, point: _p, gatewayId: _g, channel: _c, ...row }) => ({ ...row, sensorId: id })),
      );
    const certified = placed.flatMap(({ id, equipmentId }) => {
      const fridge = fridges.find((each) => each.id === equipmentId);
      const validUntil =
        fridge?.calibratedUntil === undefined ? Date.now() + 300 * dayMs : fridge.calibratedUntil;
      return validUntil === null
        ? []
        : [{ tenantId: tenant, sensorId: id, certificate: "C-1", calibratedAt: 0, validUntil }];
    });
    if (certified.length > 0) await tx.insert(calibrations).values(certified);
  });
}

/** Sets the newest readings of points, as the projector would. */
export async function seedLatest(
  store: Store,
  tenant: string,
  values: readonly {
    readonly point: string;
    readonly ts: number;
    readonly tMilliC?: number | null;
    readonly err?: string;
  }[],
): Promise<void> {
  await store.as({ role: "worker" }, async (tx) => {
    for (const { point, ts, tMilliC = 5_000, err = null } of values) {
      const value = { tenantId: tenant, point, ts, tMilliC, rhPermille: null, err, receivedAt: ts };
      await tx
        .insert(latestValues)
        .values(value)
        .onConflictDoUpdate({ target: [latestValues.tenantId, latestValues.point], set: value });
    }
  });
}

/** Writes an excursion of the first sensor, as the projector would; the same beginning again changes it. */
export async function seedExcursion(
  store: Store,
  tenant: string,
  row: {
    readonly fridge: string;
    readonly sensor?: number;
    readonly from: number;
    readonly to: number | null;
    readonly knownTo?: number;
    readonly extremeMilliC?: number;
    readonly direction?: "high" | "low";
    readonly detectedAt: number;
    readonly changedAt?: number;
  },
): Promise<void> {
  const { fridge, sensor, from, to, direction = "high", detectedAt, changedAt = detectedAt } = row;
  const extremeMilliC = row.extremeMilliC ?? (direction === "high" ? 9_000 : 1_000);
  const value = {
    ...{
      tenantId: tenant,
      equipmentId: fridge,
      point: pointAt(tenant, fridge, sensor),
      fromTs: from,
      toTs: to,
      knownTo: row.knownTo ?? null,
    },
    ...{ direction, extremeMilliC, limitMilliC: direction === "high" ? 8_000 : 2_000 },
    ...{ detectedAt, changedAt },
  };
  await store.as({ role: "worker" }, (tx) =>
    tx
      .insert(excursions)
      .values(value)
      .onConflictDoUpdate({
        target: [excursions.tenantId, excursions.equipmentId, excursions.point, excursions.fromTs],
        set: { toTs: to, extremeMilliC, direction, changedAt },
      }),
  );
}

/** What people may do in the console, by their role (as services/people gives them). */
export const consoleScopes = {
  manager: ["console:read", "alarms:acknowledge"],
  auditor: ["console:read"],
  operator: ["console:read", "console:read-all", "alarms:acknowledge"],
} as const;

/** A key of an organisation that may do what a person in the role may; its id is the role. */
export async function seedKey(
  store: Store,
  tenant: string,
  role: keyof typeof consoleScopes,
): Promise<string> {
  const key = newApiKey();
  const scopes = [...consoleScopes[role]] as unknown as (typeof apiKeys.$inferInsert)["scopes"];
  await store.as({ role: "app", tenant }, (tx) =>
    tx.insert(apiKeys).values({ tenantId: tenant, id: role, sha256: apiKeyHash(key), scopes, createdAt: 0 }),
  );
  return key;
}
