/** An organisation's gateways for whoever looks at all of them; takes no lock of the register. */
import { and, desc, eq } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import type { RegisterRow } from "./register.ts";
import { gateways } from "./schema/gateways.ts";
import { keys } from "./schema/keys.ts";

/** An organisation's gateways, the newest first, and the keys of all of them. */
export async function readOwnGateways(
  tx: Tx,
  tenant: string,
): Promise<{ gateways: RegisterRow<"gateways">[]; keys: RegisterRow<"keys">[] }> {
  return {
    gateways: await tx
      .select()
      .from(gateways)
      .where(eq(gateways.tenantId, tenant))
      .orderBy(desc(gateways.acceptedAt), gateways.id),
    keys: await tx
      .select()
      .from(keys)
      .where(and(eq(keys.tenantId, tenant), eq(keys.ownerKind, "gateway"))),
  };
}
