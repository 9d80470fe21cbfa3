import { randomBytes } from "node:crypto";
import { readSticker } from "#domain/codes/gateway-sticker.ts";
import { AppError } from "#domain/errors.ts";
import type { Tx } from "#store/connect.ts";
import { claimDevice, findByClaim, type MakerDevice } from "#store/maker-devices.ts";
import { findTaken } from "#store/register-conflicts.ts";
import { isUniqueViolation } from "#store/unique-violation.ts";
import { recordAudit } from "../audit.ts";
import { isOwnUser } from "../brokers/own-users.ts";
import type { Context } from "../context.ts";
import { keepRow } from "../register/draft.ts";
import { hashPassword } from "../register/password.ts";
import { gatewayOwner, planKey } from "../register/plan-keys.ts";
import { type Change, changeRegister, gatewayOf } from "./change-register.ts";
import { claimHash } from "./claim-hash.ts";
import { requireKeeper } from "./require-keeper.ts";
import { type ToldGateway, tellGateway } from "./tell-gateway.ts";

/** A sticker as it was scanned, the site the gateway stands at, and what it is to be called. */
interface Claim {
  readonly sticker: string;
  readonly site: string;
  readonly gatewayId?: string | undefined;
}

/** A claimed gateway; the password is shown this once. */
interface Claimed {
  readonly gateway: ToldGateway;
  readonly password: string;
}

/**
 * Claims the gateway that a sticker is on for the actor's organisation: registers it at a site with signature required,
 * enrols the maker's key and makes a password. A code counts once.
 * @throws AppError UNAUTHENTICATED (no scope), BAD_REQUEST (no sticker, no such site), NOT_FOUND (unknown serial and wrong
 *   code alike), CONFLICT (claimed before, or the id or kid is taken)
 */
export async function claimGateway(ctx: Context, claim: Claim): Promise<Claimed> {
  const tenant = requireKeeper(ctx.actor);
  const sticker = readSticker(claim.sticker);
  if (sticker === null) throw fault("/sticker", "must read coldmark:gw:{serial}:{claim code}");
  const id = claim.gatewayId ?? sticker.serial.toLowerCase();
  const find = (tx: Tx) => findByClaim(tx, sticker.serial, claimHash(sticker.code));
  const kid = (await ctx.store.as({ role: "app", tenant }, find))?.kid;
  const names = { gateway: [id], kid: kid === undefined ? [] : [kid] };
  const [taken] = await ctx.store.as({ role: "worker" }, (tx) => findTaken(tx, names));
  const password = randomBytes(32).toString("base64url");
  const mqttPasswordHash = await hashPassword(password);
  const gateway = await changeRegister(ctx, tenant, null, async (it) => {
    requireSite(it, claim.site);
    const device = await find(it.tx);
    if (device === null) throw new AppError("NOT_FOUND", "no gateway has this sticker");
    if (device.claimedAt !== null) throw wasClaimed(tenant, device);
    if (taken !== undefined) throw isTaken(taken);
    if (isOwnUser(ctx.config, id)) throw isTaken({ what: "gateway", name: id });
    await take(ctx, it, device, { id, siteId: claim.site, mqttPasswordHash });
    return tellOf(it, id, device.serial);
  }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? isTaken({ what: "gateway", name: id }) : error;
  });
  return { gateway, password };
}

async function take(
  ctx: Context,
  { tx, draft }: Change,
  device: MakerDevice,
  row: { id: string; siteId: string; mqttPasswordHash: string },
): Promise<void> {
  const { tenant, terms } = draft;
  const { id } = row;
  const isOurs = await claimDevice(tx, device, { tenant, gateway: id, at: terms.now });
  if (!isOurs) throw wasClaimed(tenant, await findByClaim(tx, device.serial, device.claimSha256));
  const next = {
    ...{
      ...row,
      tenantId: tenant,
      kind: "native" as const,
      signatureRequired: true,
      signatureRequiredSince: null,
      source: null,
    },
    ...{ acceptedAt: terms.now, revokedAt: null },
  };
  keepRow(draft, { table: "gateways", subject: `gateway ${id}`, old: undefined, next });
  const { kid, alg, publicKey } = device;
  planKey(draft, { kid, alg, publicKey, offline: false }, gatewayOwner(id), "");
  const [wrong] = draft.faults;
  if (wrong !== undefined) throw conflict("/kid", wrong.message);
  const what = { maker: device.tenantId, serial: device.serial, site: row.siteId };
  const change = { action: "gateway.claim", subject: `gateway ${id}`, old: null, new: what, reason: null };
  await recordAudit(tx, ctx, change, tenant);
}

function requireSite({ draft }: Change, site: string): void {
  if (draft.register.sites.every(({ id }) => id !== site)) throw fault("/site", "is no site of yours");
}

function tellOf({ draft }: Change, id: string, serial: string): ToldGateway {
  const row = gatewayOf(draft, id);
  if (row === undefined) throw new AppError("INTERNAL", "a gateway that was just claimed is gone");
  return tellGateway(row, draft.register.keys, { serial, lastReceivedAt: null, skewMs: null });
}

/** Who else claimed it is nobody's business; one's own gateway is named. */
function wasClaimed(tenant: string, device: MakerDevice | null): AppError {
  const message = "the gateway with this sticker was claimed before";
  const own = device?.claimedBy === tenant ? device.claimedGateway : null;
  const faults = own === null ? [] : [{ path: `/gateways/${own}`, message: "it is yours" }];
  return new AppError("CONFLICT", message, { faults: [{ path: "/sticker", message }, ...faults] });
}

function isTaken({ what, name }: { what: string; name: string }): AppError {
  if (what === "kid") return conflict("/kid", `the maker's kid ${name} is taken: ask for another key`);
  return conflict("/gatewayId", `the gateway id ${name} is taken: choose another by gatewayId`);
}

/** Conflicts say by their path what is in the way, so that a screen can say what to do. */
function conflict(path: string, message: string): AppError {
  return new AppError("CONFLICT", message, { faults: [{ path, message }] });
}

function fault(path: string, message: string): AppError {
  return new AppError("BAD_REQUEST", "the request has faults", { faults: [{ path, message }] });
}
