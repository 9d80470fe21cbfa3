// Public keys and what the log's stream of keys is told of them: each statement carries the whole key, the newest counts.
import { toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { QueuedEntry } from "#store/pending-entries.ts";
import type { RegisterRow } from "#store/register.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { KeyFile } from "./network.ts";

type KeyRow = RegisterRow<"keys">;

/** Whose key it is; `alias` is the stream id by which the log names the owner. */
export interface KeyOwner {
  readonly kind: "gateway" | "device" | "organisation";
  readonly id: string;
  readonly alias: string;
}

const keysSubject = "urn:coldmark:keys";

/** A gateway as the owner of keys. */
export function gatewayOwner(id: string): KeyOwner {
  return { kind: "gateway", id, alias: streamOf(`urn:coldmark:gateway:${id}`) };
}

/**
 * Enrols a key, and revokes it from the time that the file states; what a kid stands for never changes, a new key gets a
 * new kid.
 */
export function planKey(draft: Draft, key: KeyFile, owner: KeyOwner, path: string): void {
  const { kid, alg, publicKey, offline, revokedAt: stated } = key;
  const old = draft.register.keys.find((row) => row.kid === kid);
  const same = { alg, publicKey, ownerKind: owner.kind, ownerId: owner.id, offline };
  const next = {
    ...{ tenantId: draft.tenant, kid, ...same },
    enrolledAt: old?.enrolledAt ?? draft.terms.now,
    revokedAt: revokedFrom(old?.revokedAt ?? null, stated, draft.terms.now),
  };
  const before = old && { ...old, revokedAt: next.revokedAt };
  if (!keepRow(draft, { table: "keys", subject: `key ${kid}`, old, next })) {
    if (stated !== undefined && stated > (old?.revokedAt ?? stated)) draft.faults.push(tooLate(next, path));
    return;
  }
  const stays = before === undefined || sameKey(before, next);
  if (!stays) draft.faults.push({ path, message: `kid ${kid} stands for another key: choose a new kid` });
  queueKey(draft, next, owner);
}

/** Revokes a key of the register; one that is revoked by then already stays as it is. */
export function planRevocation(draft: Draft, old: KeyRow, owner: KeyOwner, at: number): boolean {
  const next = { ...old, revokedAt: revokedFrom(old.revokedAt, at, draft.terms.now) };
  const changed = keepRow(draft, { table: "keys", subject: `key ${old.kid}`, old, next });
  if (changed) queueKey(draft, next, owner);
  return changed;
}

/** Revokes a gateway and all its keys from now on, and tells the log; a revoked one stays as it is. */
export function planGatewayEnd(draft: Draft, old: RegisterRow<"gateways">): boolean {
  const { now } = draft.terms;
  if (old.revokedAt !== null) return false;
  const next = { ...old, revokedAt: now };
  keepRow(draft, { table: "gateways", subject: `gateway ${old.id}`, old, next });
  const owner = gatewayOwner(old.id);
  for (const key of keysOf(draft, old.id)) planRevocation(draft, key, owner, now);
  queue(draft, "gateway", { gateway: owner.alias, until: now });
  return true;
}

/** Since when a gateway's messages must be signed, where that was not so from its beginning; null else. */
export function signatureRequiredSince(
  old: RegisterRow<"gateways"> | undefined,
  signatureRequired: boolean,
  now: number,
): number | null {
  if (old === undefined || !signatureRequired) return null;
  return old.signatureRequired ? old.signatureRequiredSince : now;
}

/** The keys of a gateway, as the draft has them now. */
export function keysOf(draft: Pick<Draft, "register">, gateway: string): KeyRow[] {
  return draft.register.keys.filter((row) => row.ownerKind === "gateway" && row.ownerId === gateway);
}

/** Never from before now, and never put off. */
function revokedFrom(old: number | null, stated: number | undefined, now: number): number | null {
  if (stated === undefined) return old;
  const from = Math.max(stated, now);
  return old === null ? from : Math.min(old, from);
}

function tooLate({ kid, revokedAt }: KeyRow, path: string) {
  const from = new Date(revokedAt ?? 0).toISOString();
  return { path: `${path}.revokedAt`, message: `${kid} is revoked from ${from} on, which can't be put off` };
}

function sameKey(a: KeyRow, b: KeyRow): boolean {
  const shown = ({ alg, publicKey, ownerKind, ownerId, offline }: KeyRow) =>
    JSON.stringify([alg, toHex(publicKey), ownerKind, ownerId, offline]);
  return shown(a) === shown(b);
}

function queueKey(draft: Draft, row: KeyRow, owner: KeyOwner): void {
  const { kid, alg, publicKey, offline, enrolledAt: from, revokedAt: until } = row;
  const body = { kid, alg, publicKey: toHex(publicKey), owner: owner.alias, role: owner.kind, offline };
  queue(draft, "key", { ...body, from, until });
}

function queue({ entries, terms: { now } }: Draft, kind: string, body: unknown): void {
  const entry: QueuedEntry = { subject: keysSubject, kind, from: now, to: now, body };
  entries.push(entry);
}
