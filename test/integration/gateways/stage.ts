/** What every part of the tests of gateways plays on: one store with its network, and what is asked of them again and again. */
import { eq } from "drizzle-orm";
import type { MqttClient } from "mqtt";
import { expect } from "vitest";
import type { Store } from "#store/connect.ts";
import { audit } from "#store/schema/audit.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import type { FactoryDevice, MakerNetwork } from "../../support/maker-network.ts";

/** Filled in before the first test; the parts read it only while their tests run. */
export interface GatewayStage {
  store: Store;
  network: MakerNetwork;
  /** The connections to end afterwards. */
  readonly clients: MqttClient[];
}

/** What is told of a gateway. */
export interface ToldGateway {
  id: string;
  revokedAt: string | null;
  signatureRequired: boolean;
  keys: { kid: string; revokedAt: string | null }[];
}
/** What a claim gives. */
export interface Claimed {
  gateway: ToldGateway;
  mqtt: { username: string; clientId: string; password: string };
}

/** The ways to ask a stage, by the API, the broker and the tables. */
export function asking(stage: GatewayStage) {
  const by = (who: keyof MakerNetwork["keys"]) => ({ Authorization: `Bearer ${stage.network.keys[who]}` });
  const upload = (devices: readonly FactoryDevice[], who: "maker" | "rival" = "maker") =>
    stage.network.ask("POST", "/v1/devices", { devices: devices.map((each) => each.upload) }, by(who));
  const claim = (sticker: string, more: object = {}, headers: Record<string, string> = by("shop")) =>
    stage.network.ask("POST", "/v1/gateways/claim", { sticker, site: "till-side", ...more }, headers);
  const claimed = async (device: FactoryDevice, more: object = {}) => {
    expect((await upload([device])).status).toBe(200);
    const response = await claim(device.sticker, more);
    expect([response.status, response.headers.get("cache-control")]).toEqual([201, "no-store"]);
    return (await response.json()) as Claimed;
  };
  return { by, upload, claim, claimed, ...looking(stage) };
}

/** Ways to see what came of it. */
function looking(stage: GatewayStage) {
  const toldOfKeys = async () => {
    const rows = await stage.store.as({ role: "worker" }, (tx) =>
      tx
        .select()
        .from(pendingEntries)
        .where(eq(pendingEntries.subject, "urn:coldmark:keys"))
        .orderBy(pendingEntries.id),
    );
    return rows.map(({ kind, body }) => ({ kind, body: JSON.parse(body) as Record<string, unknown> }));
  };
  return {
    toldOfKeys,
    entriesOf: async (kid: string) => (await toldOfKeys()).filter(({ body }) => body.kid === kid),
    auditOf: (subject: string) =>
      stage.store.as({ role: "app", tenant: "shop" }, (tx) =>
        tx.select().from(audit).where(eq(audit.subject, subject)).orderBy(audit.id),
      ),
  };
}

/** An answer's body without what is of this one request only. */
export async function withoutId(response: Response): Promise<Record<string, unknown>> {
  const { requestId: _, ...body } = (await response.json()) as Record<string, unknown>;
  return body;
}
