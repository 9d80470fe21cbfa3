import type { Actor } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/** Keys of the organisation that keeps gateways, and its people who look at the console. */
const scopes = ["admin", "register", "console:read"];

/**
 * The organisation whose set-aside messages and findings an actor may see: its own only, however far its people see else.
 * @throws AppError UNAUTHENTICATED
 */
export function requireView(actor: Actor): string {
  return requireScope(actor, scopes.find((scope) => actor.scopes.includes(scope)) ?? "register");
}
