import { AppError } from "#domain/errors.ts";
import type { Actor } from "../context.ts";

/** Any of these lets somebody look after the gateways of their own organisation. */
const enough = ["gateways", "register", "admin"] as const;

/**
 * The organisation whose gateways an actor may look at: its own, as every keeper and everybody who reads the console.
 * @throws AppError UNAUTHENTICATED for anybody else
 */
export function requireOnlooker(actor: Actor): string {
  const { tenant, scopes } = actor;
  return tenant !== null && scopes.includes("console:read") ? tenant : requireKeeper(actor);
}

/**
 * The organisation whose gateways an actor may claim, give back, revoke and give keys to: its own.
 * @throws AppError UNAUTHENTICATED without one of the scopes `gateways`, `register` and `admin`
 */
export function requireKeeper({ tenant, scopes }: Actor): string {
  if (tenant !== null && enough.some((scope) => scopes.includes(scope))) return tenant;
  throw new AppError("UNAUTHENTICATED", "sign in, or use an API key with the scope gateways", {
    scope: "gateways",
  });
}
