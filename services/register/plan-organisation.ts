import { randomBytes } from "node:crypto";
import { streamOf } from "#domain/log/entry.ts";
import { apiKeyHash, newApiKey } from "../api-keys/secret.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { OrganisationFile } from "./network.ts";
import { planKey } from "./plan-keys.ts";

/** A new opaque name for the log: 16 random bytes in hex. */
export function newLabel(): string {
  return randomBytes(16).toString("hex");
}

/** The organisation itself; its label in the log is given once. */
export function planOrganisation(draft: Draft, file: OrganisationFile): void {
  const old = draft.register.organisations[0];
  if (old !== undefined && old.kind !== file.kind) {
    const message = `was registered as ${old.kind}, and an organisation keeps its kind: register a new one`;
    draft.faults.push({ path: `${draft.path}.kind`, message });
  }
  const { now } = draft.terms;
  keepRow(draft, {
    table: "organisations",
    subject: `organisation ${file.id}`,
    old,
    next: {
      tenantId: draft.tenant,
      kind: file.kind,
      names: file.names,
      gln: file.gln ?? null,
      label: old?.label ?? newLabel(),
      acceptedAt: old?.acceptedAt ?? now,
    },
    stamp: { acceptedAt: now },
  });
}

/** The organisation's own keys: a key for offline use belongs to a device, a scanner or a phone. */
export function planOrganisationKeys(draft: Draft, file: OrganisationFile): void {
  for (const [at, key] of file.keys.entries()) {
    const kind = key.offline ? "device" : "organisation";
    planKey(
      draft,
      key,
      { kind, id: draft.tenant, alias: organisationAlias(draft) },
      `${draft.path}.keys[${at}]`,
    );
  }
}

/** The stream id by which the log names the organisation. */
export function organisationAlias(draft: Draft): string {
  return streamOf(`urn:coldmark:organisation:${draft.register.organisations[0]?.label}`);
}

/** API keys: a secret that isn't given is made, and shown once. */
export function planApiKeys(draft: Draft, file: OrganisationFile): void {
  for (const { id, scopes, secret, revoked } of file.apiKeys) {
    const old = draft.register.apiKeys.find((row) => row.id === id);
    const made = old === undefined && secret === undefined ? newApiKey() : undefined;
    const known = secret ?? made;
    keepRow(draft, {
      table: "apiKeys",
      subject: `API key ${id}`,
      old,
      next: {
        tenantId: draft.tenant,
        id,
        sha256: known === undefined ? (old?.sha256 ?? new Uint8Array()) : apiKeyHash(known),
        scopes,
        createdAt: old?.createdAt ?? draft.terms.now,
        revokedAt: revoked === true ? (old?.revokedAt ?? draft.terms.now) : (old?.revokedAt ?? null),
      },
    });
    if (revoked === false && old?.revokedAt != null) {
      const message = `API key ${id} was revoked and stays so: register a new one under another id`;
      draft.faults.push({ path: `${draft.path}.apiKeys`, message });
    }
    if (made !== undefined) {
      draft.credentials.push({ kind: "apiKey", organisation: draft.tenant, id, secret: made });
    }
  }
}
