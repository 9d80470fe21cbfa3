import { canonicalEpc } from "#domain/codes/epc.ts";
import { toMilliC } from "#domain/coldchain/milli-celsius.ts";
import { AppError } from "#domain/errors.ts";
import { keyAlias } from "#domain/log/subjects.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { OrganisationFile } from "./network.ts";
import { organisationAlias } from "./plan-organisation.ts";
import { settleTime } from "./settle-time.ts";

type Product = OrganisationFile["products"][number];

/** Products with the limits of their label; a change of limits is a new statement, which counts from its own time. */
export function planProducts(draft: Draft, file: OrganisationFile): void {
  for (const product of file.products) planProduct(draft, file, product);
}

function planProduct(draft: Draft, file: OrganisationFile, product: Product): void {
  const { gtin, names } = product;
  const { now } = draft.terms;
  const old = draft.register.products.find((row) => row.gtin === gtin);
  const label = {
    names,
    lowerMilliC: toMilliC(product.lowerLimitC),
    upperMilliC: toMilliC(product.upperLimitC),
  };
  const { since, signedBy, offline, refused } = settleTime(product.effectiveFrom, draft.terms);
  const statement = { effectiveFrom: since, acceptedAt: now, signedBy, offline };
  const asBefore =
    product.effectiveFrom === undefined || product.effectiveFrom === old?.effectiveFrom || refused;
  const kept = old !== undefined && asBefore ? old : { ...statement, acceptedAt: old?.acceptedAt ?? now };
  const { effectiveFrom, acceptedAt } = kept;
  const asKept = { effectiveFrom, acceptedAt, signedBy: kept.signedBy, offline: kept.offline };
  const next = { tenantId: draft.tenant, gtin, ...label, ...asKept };
  const subject = `product ${gtin}`;
  if (!keepRow(draft, { table: "products", subject, old, next, stamp: statement })) return;
  const stated = { effectiveFrom: product.effectiveFrom ?? now, accepted: now, offline };
  const body = {
    gtin,
    ...label,
    maker: file.names,
    makerOrg: organisationAlias(draft),
    signedBy: keyAlias(signedBy),
    ...stated,
  };
  draft.entries.push({ subject: epcOf({ gtin }), kind: "product", from: now, to: now, body });
}

/** Lots of the organisation's products with their expiry. */
export function planLots(draft: Draft, file: OrganisationFile): void {
  const { now } = draft.terms;
  const known = new Map(draft.register.lots.map((row) => [`${row.gtin} ${row.lot}`, row]));
  for (const { gtin, lot, expiry } of file.lots) {
    const old = known.get(`${gtin} ${lot}`);
    const changed = keepRow(draft, {
      table: "lots",
      subject: `lot ${gtin} ${lot}`,
      old,
      next: {
        tenantId: draft.tenant,
        gtin,
        lot,
        expiry,
        acceptedAt: old?.acceptedAt ?? now,
        recalledAt: old?.recalledAt ?? null,
        recallReason: old?.recallReason ?? null,
      },
      stamp: { acceptedAt: now },
    });
    const body = { gtin, lot, expiry, accepted: now };
    if (changed) draft.entries.push({ subject: epcOf({ gtin, lot }), kind: "lot", from: now, to: now, body });
  }
}

function epcOf({ gtin, lot }: { gtin: string; lot?: string }): string {
  const link = `https://id.gs1.org/01/${gtin}${lot === undefined ? "" : `/10/${encodeURIComponent(lot)}`}`;
  const epc = canonicalEpc(link);
  if (epc === null) throw new AppError("INTERNAL", "a checked GTIN and lot have no EPC", { link });
  return epc;
}
