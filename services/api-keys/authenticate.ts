import { findApiKey } from "#store/api-keys.ts";
import type { Store } from "#store/connect.ts";
import type { Actor } from "../context.ts";
import { apiKeyHash, apiKeyPattern } from "./secret.ts";

/**
 * Whose API key this is; null for anything else: malformed, unknown and revoked look the same. The key is looked up by
 * its hash, so the time taken tells nothing about a key that is nearly right.
 * @param bearer the key itself, or the whole `Authorization` header with its `Bearer `
 */
export async function authenticate(store: Store, bearer: string): Promise<Actor | null> {
  const secret = bearer.replace(/^Bearer +/i, "");
  if (!apiKeyPattern.test(secret)) return null;
  const key = await store.as({ role: "auth" }, (tx) => findApiKey(tx, apiKeyHash(secret)));
  if (key === null) return null;
  return { kind: "apiKey", id: key.id, tenant: key.tenantId, scopes: key.scopes };
}
