import { and, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Tx } from "./connect.ts";
import { makerDevices } from "./schema/maker-devices.ts";

/** A gateway as its maker uploaded it, and who claimed it. */
export type MakerDevice = typeof makerDevices.$inferSelect;
/** What a maker says of a gateway. */
export type UploadedDevice = Pick<
  MakerDevice,
  "tenantId" | "serial" | "kid" | "alg" | "publicKey" | "claimSha256" | "uploadedAt"
>;

const rowsAtOnce = 500;
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** A maker's devices that have one of these serials, kids or claim codes, some of them twice; waits for another upload of the maker to end. */
export async function findUploaded(
  tx: Tx,
  tenant: string,
  devices: readonly Pick<MakerDevice, "serial" | "kid" | "claimSha256">[],
): Promise<MakerDevice[]> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('maker-devices'), hashtext(${tenant}))`);
  const among = (column: PgColumn, values: readonly string[]) =>
    tx
      .select()
      .from(makerDevices)
      .where(and(eq(makerDevices.tenantId, tenant), sql`${column} = any(${sql.param([...values])}::text[])`));
  const codes = sql.param(devices.map(({ claimSha256 }) => hexOf(claimSha256)));
  const sameCode = sql`${makerDevices.claimSha256} in (select decode(code, 'hex') from unnest(${codes}::text[]) code)`;
  return [
    ...(await among(
      makerDevices.serial,
      devices.map(({ serial }) => serial),
    )),
    ...(await among(
      makerDevices.kid,
      devices.map(({ kid }) => kid),
    )),
    ...(await tx
      .select()
      .from(makerDevices)
      .where(and(eq(makerDevices.tenantId, tenant), sameCode))),
  ];
}

/** Adds a maker's devices; one that was given back becomes free again under its new key and code. */
export async function saveDevices(tx: Tx, devices: readonly UploadedDevice[]): Promise<void> {
  for (let at = 0; at < devices.length; at += rowsAtOnce) {
    await tx
      .insert(makerDevices)
      .values(devices.slice(at, at + rowsAtOnce))
      .onConflictDoUpdate({
        target: [makerDevices.tenantId, makerDevices.serial],
        set: {
          kid: sql`excluded.kid`,
          alg: sql`excluded.alg`,
          publicKey: sql`excluded.public_key`,
          claimSha256: sql`excluded.claim_sha256`,
          uploadedAt: sql`excluded.uploaded_at`,
          claimedBy: null,
          claimedGateway: null,
          claimedAt: null,
          releasedAt: null,
        },
        setWhere: isNotNull(makerDevices.releasedAt),
      });
  }
}

/** A maker's own devices in order of serial, those after a serial only. */
export async function listDevices(
  tx: Tx,
  tenant: string,
  page: { limit: number; after?: string },
): Promise<MakerDevice[]> {
  const { after } = page;
  return tx
    .select()
    .from(makerDevices)
    .where(
      and(
        eq(makerDevices.tenantId, tenant),
        after === undefined ? undefined : gt(makerDevices.serial, after),
      ),
    )
    .orderBy(makerDevices.serial)
    .limit(page.limit);
}

/**
 * The device with this serial and claim code, whoever made it; null for an unknown serial and a wrong code alike. Of
 * several makers' the first uploaded counts: who copies a sticker comes later. Opens the row to this transaction only.
 */
export async function findByClaim(
  tx: Tx,
  serial: string,
  claimSha256: Uint8Array,
): Promise<MakerDevice | null> {
  await tx.execute(sql`select set_config('app.claim', ${hexOf(claimSha256)}, true)`);
  const [found] = await tx
    .select()
    .from(makerDevices)
    .where(and(eq(makerDevices.serial, serial), eq(makerDevices.claimSha256, claimSha256)))
    .orderBy(makerDevices.uploadedAt, makerDevices.tenantId)
    .limit(1);
  return found ?? null;
}

/** Claims a device for an organisation's gateway; false when somebody was faster. */
export async function claimDevice(
  tx: Tx,
  device: Pick<MakerDevice, "tenantId" | "serial" | "claimSha256">,
  claim: { tenant: string; gateway: string; at: number },
): Promise<boolean> {
  const rows = await tx
    .update(makerDevices)
    .set({ claimedBy: claim.tenant, claimedGateway: claim.gateway, claimedAt: claim.at })
    .where(
      and(
        eq(makerDevices.tenantId, device.tenantId),
        eq(makerDevices.serial, device.serial),
        eq(makerDevices.claimSha256, device.claimSha256),
        isNull(makerDevices.claimedAt),
      ),
    )
    .returning({ serial: makerDevices.serial });
  return rows.length > 0;
}

/** The serials of these gateways of an organisation, by gateway; those that weren't claimed by a sticker have none. */
export async function readSerials(
  tx: Tx,
  tenant: string,
  gateways: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .select({ gateway: makerDevices.claimedGateway, serial: makerDevices.serial })
    .from(makerDevices)
    .where(
      and(
        eq(makerDevices.claimedBy, tenant),
        sql`${makerDevices.claimedGateway} = any(${sql.param([...gateways])}::text[])`,
      ),
    );
  return new Map(rows.map(({ gateway, serial }) => [gateway ?? "", serial]));
}

/** Gives the device behind an organisation's gateway back to its maker; null when it was never claimed. */
export async function releaseDevice(
  tx: Tx,
  { tenant, gateway, at }: { tenant: string; gateway: string; at: number },
): Promise<Pick<MakerDevice, "tenantId" | "serial"> | null> {
  const [released] = await tx
    .update(makerDevices)
    .set({ releasedAt: at })
    .where(
      and(
        eq(makerDevices.claimedBy, tenant),
        eq(makerDevices.claimedGateway, gateway),
        isNull(makerDevices.releasedAt),
      ),
    )
    .returning({ tenantId: makerDevices.tenantId, serial: makerDevices.serial });
  return released ?? null;
}
