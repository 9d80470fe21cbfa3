import { hasHandled } from "#store/packs.ts";
import { findOrganisation } from "#store/places.ts";
import type { Context } from "../context.ts";

/** Kinds of organisation that may see every pack's upstream story. */
const overseers = new Set(["authority", "operator"]);

/**
 * Which view of a pack an actor gets: the partner's with the scope `provenance:partner`, for a pack that its
 * organisation holds or held (design §8); else the public one, which says nothing about why.
 */
export async function viewOf(
  { store, actor }: Pick<Context, "store" | "actor">,
  epc: string,
): Promise<"public" | "partner"> {
  const { tenant, scopes } = actor;
  if (tenant === null || !scopes.includes("provenance:partner")) return "public";
  return await store.as({ role: "worker" }, async (tx) => {
    const organisation = await findOrganisation(tx, tenant);
    if (organisation === null) return "public";
    return overseers.has(organisation.kind) || (await hasHandled(tx, tenant, epc)) ? "partner" : "public";
  });
}
