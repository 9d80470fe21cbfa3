import { randomBytes } from "node:crypto";
import { streamOf } from "#domain/log/entry.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { OrganisationFile, SiteFile } from "./network.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { newLabel, planKey } from "./plan-organisation.ts";

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
      planGateway(draft, site, gateway);
      const owner = {
        kind: "gateway",
        id: gateway.id,
        alias: streamOf(`urn:coldmark:gateway:${gateway.id}`),
      } as const;
      const path = `${draft.path}.sites[${at}].gateways[${n}]`;
      for (const [k, key] of gateway.keys.entries()) planKey(draft, key, owner, `${path}.keys[${k}]`);
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

async function settlePassword(draft: Draft, { id, mqttPassword }: GatewayFile): Promise<void> {
  const kept = draft.register.gateways.find((row) => row.id === id)?.mqttPasswordHash ?? null;
  const settled = draft.passwords.get(id);
  if (settled !== undefined && settled.kept === kept) return;
  const made = mqttPassword === undefined && kept === null ? randomBytes(32).toString("base64url") : null;
  const wanted = mqttPassword ?? made;
  const stays = kept !== null && (wanted === null || (await verifyPassword(wanted, kept)));
  draft.passwords.set(id, { kept, made, hash: stays ? kept : await hashPassword(wanted ?? "") });
}
