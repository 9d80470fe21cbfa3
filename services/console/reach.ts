import type { ReadWho } from "#store/console-reach.ts";
import type { Actor } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/**
 * How far somebody sees in the console: every organisation under the role that reads all of them, else their own under
 * row-level security and the query's own filter.
 * @throws AppError UNAUTHENTICATED without the scope `console:read`
 */
export function reachOf(actor: Actor): ReadWho {
  const tenant = requireScope(actor, "console:read");
  if (actor.scopes.includes("console:read-all")) return { role: "operator", tenant: null };
  return { role: "app", tenant };
}
