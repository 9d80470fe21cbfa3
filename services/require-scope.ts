import { AppError } from "#domain/errors.ts";
import type { Actor } from "./context.ts";

/**
 * The organisation in whose name an actor with this scope acts.
 * @throws AppError UNAUTHENTICATED without the scope, or for an actor of no organisation
 */
export function requireScope(actor: Actor, scope: string): string {
  if (actor.tenant === null || !actor.scopes.includes(scope)) {
    throw new AppError("UNAUTHENTICATED", `sign in, or use an API key with the scope ${scope}`, { scope });
  }
  return actor.tenant;
}
