import { AppError } from "#domain/errors.ts";
import type { Context } from "../context.ts";
import type { Fault } from "./fault.ts";
import type { Network } from "./network.ts";

/**
 * Who may register what: the command line and the operator's keys everything, another organisation's key its own
 * organisation, and nobody who may do more than the key itself: no API key with other scopes, and people only by `admin`.
 * @throws AppError NOT_FOUND for a key without the scope or a file of others (forbidden looks like not found).
 */
export function requireRegistrar(ctx: Context, network: Network, operator: string | null): Fault[] {
  const { kind, tenant, scopes } = ctx.actor;
  const other = operator !== null && operator !== network.operator;
  const faults = other
    ? [{ path: "operator", message: `is ${operator} for this log and can't be changed` }]
    : [];
  if (kind === "system") return faults;
  const entitled = kind === "apiKey" && (scopes.includes("register") || scopes.includes("admin"));
  const own = tenant !== null && network.organisations.every(({ id }) => id === tenant);
  const byOperator = tenant !== null && tenant === operator;
  if (!entitled || !(own || byOperator)) throw new AppError("NOT_FOUND", "no such organisation");
  return byOperator ? faults : [...faults, ...escalations(network, scopes)];
}

function escalations(network: Network, scopes: readonly string[]): Fault[] {
  return network.organisations.flatMap((organisation, at) => [
    ...organisation.apiKeys.flatMap((key, n) => {
      const beyond = key.scopes.filter((scope) => !scopes.includes(scope));
      const message = `goes beyond the scopes of the key that registers it: ${beyond.join(", ")}`;
      return beyond.length === 0 ? [] : [{ path: `organisations[${at}].apiKeys[${n}].scopes`, message }];
    }),
    ...organisation.people.flatMap((_, n) => {
      const message = "may be registered by the operator, or by a key with the scope admin";
      return scopes.includes("admin") ? [] : [{ path: `organisations[${at}].people[${n}]`, message }];
    }),
  ]);
}
