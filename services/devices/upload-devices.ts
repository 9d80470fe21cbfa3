import { createHash } from "node:crypto";
import { AppError } from "#domain/errors.ts";
import { equalBytes, toHex } from "#domain/log/bytes.ts";
import type { SignatureAlg } from "#domain/log/signature.ts";
import { findUploaded, type MakerDevice, saveDevices, type UploadedDevice } from "#store/maker-devices.ts";
import { findTaken } from "#store/register-conflicts.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/** A gateway as its maker states it; `kid` is what its messages call the key, without one `kidOf` its key. */
export interface StatedDevice {
  readonly serial: string;
  readonly kid?: string | undefined;
  readonly alg: SignatureAlg;
  readonly publicKey: Uint8Array;
  readonly claimSha256: Uint8Array;
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * Takes in gateways of the actor's making: all or none. What is there already and the same changes nothing; one that was
 * given back may come anew under another key and code.
 * @throws AppError UNAUTHENTICATED (no scope `devices`), CONFLICT (`faults`: serials, kids, keys or codes that are used)
 */
export async function uploadDevices(
  ctx: Context,
  stated: readonly StatedDevice[],
): Promise<{ added: number; unchanged: number }> {
  const tenantId = requireScope(ctx.actor, "devices");
  const at = ctx.clock();
  const devices = stated.map(({ kid, ...it }) => ({
    ...{ ...it, tenantId, uploadedAt: at },
    kid: kid ?? kidOf(it.publicKey),
  }));
  const kids = { kid: devices.map(({ kid }) => kid) };
  const enrolled = await ctx.store.as({ role: "worker" }, (tx) => findTaken(tx, kids));
  return await ctx.store.as({ role: "app", tenant: tenantId }, async (tx) => {
    const known = await findUploaded(tx, tenantId, devices);
    const fresh = devices.filter((device) => !known.some((row) => isSame(row, device)));
    const faults = [...findTwice(devices), ...devices.flatMap(findFaults(known, fresh, enrolled))];
    if (faults.length > 0) throw new AppError("CONFLICT", "nothing was kept: see the faults", { faults });
    await saveDevices(tx, fresh);
    await recordAudit(tx, ctx, fresh.map(toChange), tenantId);
    return { added: fresh.length, unchanged: devices.length - fresh.length };
  });
}

/** The kid of a key that has no name of its own: the first 32 hex digits of the SHA-256 of its bytes. */
function kidOf(publicKey: Uint8Array): string {
  return createHash("sha256").update(publicKey).digest("hex").slice(0, 32);
}

function isSame(a: UploadedDevice, b: UploadedDevice): boolean {
  return (
    a.serial === b.serial &&
    a.kid === b.kid &&
    a.alg === b.alg &&
    equalBytes(a.publicKey, b.publicKey) &&
    equalBytes(a.claimSha256, b.claimSha256)
  );
}

/** What of one list stands in it twice; the same serial with the same content too, since it is surely a mistake. */
function findTwice(devices: readonly UploadedDevice[]): Fault[] {
  const names = {
    serial: ({ serial }: UploadedDevice) => serial,
    kid: ({ kid }: UploadedDevice) => kid,
    claimSha256: (device: UploadedDevice) => toHex(device.claimSha256),
  };
  return Object.entries(names).flatMap(([name, pick]) => {
    const first = new Map<string, number>();
    return devices.flatMap((device, at) => {
      const before = first.get(pick(device));
      if (before === undefined) first.set(pick(device), at);
      const message = `stands at /devices/${before} too`;
      return before === undefined ? [] : [{ path: `/devices/${at}/${name}`, message }];
    });
  });
}

function findFaults(
  known: readonly MakerDevice[],
  fresh: readonly UploadedDevice[],
  enrolled: readonly { name: string }[],
): (device: UploadedDevice, at: number) => Fault[] {
  const taken = new Set(enrolled.map(({ name }) => name));
  return (device, at) => {
    if (!fresh.includes(device)) return [];
    const fault = (name: string, message: string) => [{ path: `/devices/${at}/${name}`, message }];
    const same = known.find(({ serial }) => serial === device.serial);
    const others = known.filter(({ serial }) => serial !== device.serial);
    if (same !== undefined && same.releasedAt === null)
      return fault("serial", `${device.serial} was uploaded with another key or code, which stays`);
    if (taken.has(device.kid) || others.some(({ kid }) => kid === device.kid))
      return fault("kid", `${device.kid} is taken: a kid stands for one key for ever`);
    if ([...others, ...(same ? [same] : [])].some((row) => equalBytes(row.claimSha256, device.claimSha256)))
      return fault("claimSha256", "is the code of another sticker: a code counts once");
    return [];
  };
}

function toChange({ serial, kid, alg, publicKey, claimSha256 }: UploadedDevice) {
  const told = { serial, kid, alg, publicKey: toHex(publicKey), claimSha256: toHex(claimSha256) };
  return { action: "device.upload", subject: `device ${serial}`, old: null, new: told, reason: null };
}
