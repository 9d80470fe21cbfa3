import { randomBytes } from "node:crypto";
import { streamOf } from "#domain/log/entry.ts";
import type { RegisterRow } from "#store/register.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { OrganisationFile, SiteFile } from "./network.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { newLabel, planKey } from "./plan-organisation.ts";

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
  for (const [at, site] of file.sites.entries()) {
    for (const [n, gateway] of site.gateways.entries()) {
      await planGateway(draft, site, gateway);
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

async function planGateway(
  draft: Draft,
  site: SiteFile,
  gateway: SiteFile["gateways"][number],
): Promise<void> {
  const { now } = draft.terms;
  const old = draft.register.gateways.find((row) => row.id === gateway.id);
  keepRow(draft, {
    table: "gateways",
    subject: `gateway ${gateway.id}`,
    old,
    next: {
      tenantId: draft.tenant,
      id: gateway.id,
      kind: gateway.kind,
      signatureRequired: gateway.signatureRequired,
      mqttPasswordHash: await passwordHash(draft, gateway, old),
      siteId: site.id,
      acceptedAt: old?.acceptedAt ?? now,
      revokedAt: old?.revokedAt ?? null,
    },
    stamp: { acceptedAt: now },
  });
}

async function passwordHash(
  draft: Draft,
  { id, mqttPassword }: SiteFile["gateways"][number],
  old: RegisterRow<"gateways"> | undefined,
): Promise<string | null> {
  const kept = old?.mqttPasswordHash ?? null;
  if (mqttPassword !== undefined) {
    return kept !== null && (await verifyPassword(mqttPassword, kept)) ? kept : hashPassword(mqttPassword);
  }
  if (kept !== null) return kept;
  const secret = randomBytes(24).toString("base64url");
  draft.credentials.push({ kind: "mqttPassword", organisation: draft.tenant, id, secret });
  return hashPassword(secret);
}
