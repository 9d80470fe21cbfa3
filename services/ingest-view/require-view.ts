import type { Actor } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/**
 * The organisation whose set-aside messages and findings an actor may see: its own, with the scope `admin` or `register`.
 * @throws AppError UNAUTHENTICATED
 */
export function requireView(actor: Actor): string {
  return requireScope(actor, actor.scopes.includes("admin") ? "admin" : "register");
}
