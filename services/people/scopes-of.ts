import type { Member } from "#store/people.ts";

const everywhere = "console:read-all";
const scopes = {
  manager: ["console:read", "alarms:acknowledge", "gateways", "provenance:partner"],
  auditor: ["console:read", "provenance:partner"],
  operator: ["console:read", everywhere, "alarms:acknowledge", "gateways", "provenance:partner"],
} as const satisfies Record<Member["role"], readonly string[]>;
const overseers: readonly Member["organisation"]["kind"][] = ["operator", "authority"];

/** What a person may do by their role; an auditor of the operator or of an authority looks at every organisation. */
export function scopesOf({ role, organisation }: Pick<Member, "role" | "organisation">): readonly string[] {
  const own = scopes[role];
  return role === "auditor" && overseers.includes(organisation.kind) ? [...own, everywhere] : own;
}
