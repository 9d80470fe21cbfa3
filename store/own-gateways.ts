/** An organisation's gateways for whoever looks at all of them; takes no lock of the register. */
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import type { RegisterRow } from "./register.ts";
import { gateways } from "./schema/gateways.ts";
import { keys } from "./schema/keys.ts";

/** Where a gateway stands in the list: those in use first, the newest first. */
export type GatewayPlace = Pick<RegisterRow<"gateways">, "id" | "acceptedAt"> & {
  readonly isRevoked: boolean;
};

const isRevoked = sql<boolean>`(${gateways.revokedAt} is not null)`;

/** An organisation's gateways, those in use first, the newest first; those after a place only. */
export async function readOwnGateways(
  tx: Tx,
  tenant: string,
  { limit, after }: { limit: number; after?: GatewayPlace | undefined },
): Promise<RegisterRow<"gateways">[]> {
  const place = sql`(${isRevoked}, -${gateways.acceptedAt}, ${gateways.id})`;
  const later =
    after && sql`${place} > (${after.isRevoked}::boolean, -${after.acceptedAt}::bigint, ${after.id}::text)`;
  return await tx
    .select()
    .from(gateways)
    .where(and(eq(gateways.tenantId, tenant), later))
    .orderBy(isRevoked, desc(gateways.acceptedAt), gateways.id)
    .limit(limit);
}

/** The keys of these gateways of an organisation. */
export async function readKeysOf(
  tx: Tx,
  tenant: string,
  ids: readonly string[],
): Promise<RegisterRow<"keys">[]> {
  return await tx
    .select()
    .from(keys)
    .where(and(eq(keys.tenantId, tenant), eq(keys.ownerKind, "gateway"), inArray(keys.ownerId, [...ids])));
}
