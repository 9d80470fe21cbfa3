import { ed25519 } from "@noble/curves/ed25519.js";
import type { Source } from "#domain/formats/source.ts";
import { hashPassword } from "#services/register/password.ts";
import type { Store, Tx } from "#store/connect.ts";
import { audit } from "#store/schema/audit.ts";
import { equipment } from "#store/schema/equipment.ts";
import { gatewayTopics } from "#store/schema/gateway-topics.ts";
import { gateways } from "#store/schema/gateways.ts";
import { keys } from "#store/schema/keys.ts";
import { sensorPlacements } from "#store/schema/sensor-placements.ts";
import { sensors } from "#store/schema/sensors.ts";

/** The password of every gateway of a test. */
export const gatewayPassword = "gateway-of-a-test";
/** The private key of every signing gateway of a test; its kid is `{gateway}.key-1`. */
export const gatewayKey = new Uint8Array(32).fill(7);

/** What a test registers: gateways with one sensor on channel "t1", each in a refrigerator of its own (2–8 °C). */
export interface TestGateway {
  readonly id: string;
  readonly signatureRequired?: boolean;
  readonly hasKey?: boolean;
  readonly keyRevokedAt?: number;
  readonly revokedAt?: number;
  readonly source?: Source;
  /** What its sensor is called; t1 otherwise. */
  readonly channel?: string;
}

/** The measuring point, and the refrigerator it lies in, of a gateway of a test. */
export const pointOf = (gateway: string) => `point-${gateway}`;
export const fridgeOf = (gateway: string) => `fridge-${gateway}`;

/** Writes gateways, their keys, sensors and equipment into the records, as a registration would. */
export async function registerGateways(
  store: Store,
  tenant: string,
  own: readonly TestGateway[],
): Promise<void> {
  const hash = await hashPassword(gatewayPassword);
  const accepted = { acceptedAt: 0, offline: false };
  await store.as({ role: "app", tenant }, async (tx) => {
    for (const gateway of own) {
      const { id, signatureRequired = false, revokedAt = null, keyRevokedAt = null } = gateway;
      await tx.insert(gatewayTopics).values({ gatewayId: id, tenantId: tenant });
      await tx.insert(gateways).values({
        tenantId: tenant,
        id,
        kind: gateway.source?.kind ?? "native",
        source: gateway.source ?? null,
        signatureRequired,
        mqttPasswordHash: hash,
        acceptedAt: 0,
        revokedAt,
      });
      if (gateway.hasKey) {
        await tx.insert(keys).values({
          tenantId: tenant,
          kid: `${id}.key-1`,
          alg: "Ed25519",
          publicKey: ed25519.getPublicKey(gatewayKey),
          ownerKind: "gateway",
          ownerId: id,
          offline: false,
          enrolledAt: 0,
          revokedAt: keyRevokedAt,
        });
      }
      await tx.insert(equipment).values({
        tenantId: tenant,
        id: fridgeOf(id),
        siteId: "shop",
        label: fridgeOf(id),
        epc: `urn:test:${id}`,
        kind: "refrigerator",
        scope: "shop",
        names: { zh: "冰箱", en: "Refrigerator" },
        profile: "CN-GSP",
        profileVersion: 1,
        lowerMilliC: 2_000,
        upperMilliC: 8_000,
        segmentMs: 3_600_000,
        since: 0,
        ...accepted,
      });
      const sensor = { tenantId: tenant, equipmentId: fridgeOf(id), since: 0, ...accepted };
      await tx.insert(sensors).values({
        ...sensor,
        id: `s-${id}`,
        point: pointOf(id),
        gatewayId: id,
        channel: gateway.channel ?? "t1",
      });
      await tx.insert(sensorPlacements).values({ ...sensor, sensorId: `s-${id}` });
    }
    await noteChange(tx, tenant);
  });
}

/** Writes the audit record that every change of the register comes with: by it ingestion learns to look again. */
export async function noteChange(tx: Tx, tenantId: string): Promise<void> {
  await tx
    .insert(audit)
    .values({ tenantId, at: Date.now(), actor: "test", action: "change", subject: "register" });
}
