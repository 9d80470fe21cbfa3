import { randomBytes } from "node:crypto";
import { toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { apiKeyHash, newApiKey } from "../api-keys/secret.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { KeyFile, OrganisationFile } from "./network.ts";

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

/** Enrols a key; what a kid stands for never changes, a new key gets a new kid. */
export function planKey(
  draft: Draft,
  key: KeyFile,
  owner: { kind: "gateway" | "device" | "organisation"; id: string; alias: string },
  path: string,
): void {
  const { kid, alg, publicKey, offline } = key;
  const { now } = draft.terms;
  const old = draft.register.keys.find((row) => row.kid === kid);
  const next = {
    tenantId: draft.tenant,
    kid,
    alg,
    publicKey,
    ownerKind: owner.kind,
    ownerId: owner.id,
    offline,
    enrolledAt: old?.enrolledAt ?? now,
    revokedAt: old?.revokedAt ?? null,
  };
  if (!keepRow(draft, { table: "keys", subject: `key ${kid}`, old, next })) return;
  if (old !== undefined)
    draft.faults.push({ path, message: `kid ${kid} stands for another key: choose a new kid` });
  const body = { kid, alg, publicKey: toHex(publicKey), owner: owner.alias, role: owner.kind, offline };
  draft.entries.push({
    subject: "urn:coldmark:keys",
    kind: "key",
    from: now,
    to: now,
    body: { ...body, from: now, until: null },
  });
}

/** API keys: a secret that isn't given is made, and shown once. */
export function planApiKeys(draft: Draft, file: OrganisationFile): void {
  for (const { id, scopes, secret } of file.apiKeys) {
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
        revokedAt: old?.revokedAt ?? null,
      },
    });
    if (made !== undefined) {
      draft.credentials.push({ kind: "apiKey", organisation: draft.tenant, id, secret: made });
    }
  }
}
