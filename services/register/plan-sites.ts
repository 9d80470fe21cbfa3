import { randomBytes } from "node:crypto";
import { type Draft, keepRow } from "./draft.ts";
import type { OrganisationFile, SiteFile } from "./network.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { gatewayOwner, planGatewayEnd, planKey, signatureRequiredSince } from "./plan-keys.ts";
import { newLabel } from "./plan-organisation.ts";

type GatewayFile = SiteFile["gateways"][number];

/** The organisation's places; a site's label in the log is given once. */
export function planSites(draft: Draft, file: OrganisationFile): void {
  for (const [at, site] of file.sites.entries()) {
    const { now } = draft.terms;
    const old = draft.register.sites.find((row) => row.id === site.id);
    keepLabel(draft, old?.label, site.label, `${draft.path}.sites[${at}].label`);
    keepRow(draft, {
      table: "sites",
      subject: `site ${site.id}`,
      old,
      next: {
        tenantId: draft.tenant,
        id: site.id,
        label: old?.label ?? site.label ?? newLabel(),
        gln: site.gln,
        names: site.names,
        kind: site.kind,
        city: site.city ?? null,
        province: site.province ?? null,
        acceptedAt: old?.acceptedAt ?? now,
      },
      stamp: { acceptedAt: now },
    });
  }
}

/** A label names a stream of the log, so it can't be changed. */
export function keepLabel(
  draft: Draft,
  old: string | undefined,
  stated: string | undefined,
  path: string,
): void {
  if (old === undefined || stated === undefined || old === stated) return;
  draft.faults.push({ path, message: `is ${old} in the log already and can't be changed: leave it out` });
}

/** Gateways with their keys and passwords; a password that isn't given is made, and shown once. */
export async function planGateways(draft: Draft, file: OrganisationFile): Promise<void> {
  await Promise.all(
    file.sites.flatMap((site) => site.gateways.map((gateway) => settlePassword(draft, gateway))),
  );
  for (const [at, site] of file.sites.entries()) {
    for (const [n, gateway] of site.gateways.entries()) {
      const owner = gatewayOwner(gateway.id);
      const path = `${draft.path}.sites[${at}].gateways[${n}]`;
      planGateway(draft, site, gateway);
      for (const [k, key] of gateway.keys.entries()) planKey(draft, key, owner, `${path}.keys[${k}]`);
      planRevoked(draft, gateway, path);
    }
  }
}

function planGateway(draft: Draft, site: SiteFile, gateway: GatewayFile): void {
  const { id, kind, signatureRequired, source = null } = gateway;
  const { now } = draft.terms;
  const old = draft.register.gateways.find((row) => row.id === id);
  const password = draft.passwords.get(id);
  keepRow(draft, {
    table: "gateways",
    subject: `gateway ${id}`,
    old,
    next: {
      tenantId: draft.tenant,
      id,
      kind,
      signatureRequired,
      signatureRequiredSince: signatureRequiredSince(old, signatureRequired, now),
      source,
      mqttPasswordHash: password?.hash ?? null,
      siteId: site.id,
      acceptedAt: old?.acceptedAt ?? now,
      revokedAt: old?.revokedAt ?? null,
    },
    stamp: { acceptedAt: now },
  });
  if (password?.made == null) return;
  draft.credentials.push({ kind: "mqttPassword", organisation: draft.tenant, id, secret: password.made });
}

/** A gateway that the file revokes ends with its keys; nothing brings it back, its topic stays its own. */
function planRevoked(draft: Draft, { id, revoked, keys }: GatewayFile, path: string): void {
  const row = draft.register.gateways.find((each) => each.id === id);
  if (row === undefined) return;
  const isNew = ({ kid }: { kid: string }) => draft.before.keys.every((key) => key.kid !== kid);
  if (row.revokedAt !== null && keys.some(isNew)) {
    const message = `gateway ${id} was revoked, and takes no new key: register a new one under another id`;
    draft.faults.push({ path: `${path}.keys`, message });
  }
  if (revoked) planGatewayEnd(draft, row);
  else if (revoked === false && row.revokedAt !== null) {
    const message = `gateway ${id} was revoked and stays so: register a new one under another id`;
    draft.faults.push({ path: `${path}.revoked`, message });
  }
}

async function settlePassword(draft: Draft, { id, mqttPassword }: GatewayFile): Promise<void> {
  const kept = draft.register.gateways.find((row) => row.id === id)?.mqttPasswordHash ?? null;
  const settled = draft.passwords.get(id);
  if (settled !== undefined && settled.kept === kept) return;
  const made = mqttPassword === undefined && kept === null ? randomBytes(32).toString("base64url") : null;
  const wanted = mqttPassword ?? made;
  const stays = kept !== null && (wanted === null || (await verifyPassword(wanted, kept)));
  draft.passwords.set(id, { kept, made, hash: stays ? kept : await hashPassword(wanted ?? "") });
}
