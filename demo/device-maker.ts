/** A maker of gateways: it uploads what it made, and its stickers are there to be claimed. */
import { createHash } from "node:crypto";
import { toBase64 } from "#domain/log/bytes.ts";
import type { UnclaimedGateway } from "./devices.ts";
import type { OrganisationPlan } from "./organisation-plan.ts";
import { type PartnerSettings, postAs } from "./partners.ts";
import type { Seed } from "./seed.ts";

const serials = ["CM2-000417", "CM2-000418", "CM2-000419"];

/** The maker of gateways; it has no site and no medicine. */
export const deviceMaker: OrganisationPlan = {
  id: "demo-gateway-maker",
  kind: "manufacturer",
  names: { zh: "示范网关生产企业", en: "Demo maker of gateways" },
  scopes: ["devices"],
  sites: [],
};

/** The gateways that nobody claimed yet. */
export function unclaimedGateways(seed: Seed): UnclaimedGateway[] {
  return serials.map((serial) => {
    const code = seed.label(`claim/${serial}`).slice(0, 20).toUpperCase();
    return { serial, key: seed.key(serial), code, sticker: `coldmark:gw:${serial}:${code}` };
  });
}

/** Uploads them, as their maker does. @throws Error with the server's words when it refuses them */
export async function uploadGateways(
  gateways: readonly UnclaimedGateway[],
  settings: PartnerSettings,
): Promise<void> {
  const devices = gateways.map(({ serial, key, code }) => ({
    ...{ serial, kid: key.kid, alg: "Ed25519", publicKey: toBase64(key.publicKey) },
    claimSha256: createHash("sha256").update(code).digest("hex"),
  }));
  await postAs(
    deviceMaker.id,
    "the upload",
    { path: "/v1/devices", headers: {}, body: { devices } },
    settings,
  );
}
