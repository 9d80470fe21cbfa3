import { and, eq, isNull } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { apiKeys } from "./schema/api-keys.ts";

/** The unrevoked API key with this SHA-256 of its secret, or null. */
export async function findApiKey(tx: Tx, sha256: Uint8Array) {
  const { tenantId, id, scopes } = apiKeys;
  const found = await tx
    .select({ tenantId, id, scopes })
    .from(apiKeys)
    .where(and(eq(apiKeys.sha256, sha256), isNull(apiKeys.revokedAt)))
    .limit(1);
  return found[0] ?? null;
}
