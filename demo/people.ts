/** The people who may sign in at the demo: three roles, with passwords that are meant to be seen. */
import type { Names, PersonRecord } from "./network-file.ts";
import { MANAGERS_PHARMACY } from "./pharmacy-plan.ts";
import type { Seed } from "./seed.ts";

/** An account to try. */
export interface DemoAccount {
  readonly role: PersonRecord["role"];
  readonly names: Names;
  readonly email: string;
  readonly password: string;
}

const roles = [
  { role: "operator", names: { zh: "示范运营人员", en: "Demo operator" }, organisation: "demo-operator" },
  {
    role: "manager",
    names: { zh: "示范药房店长", en: "Demo manager" },
    organisation: `demo-pharmacy-${MANAGERS_PHARMACY}`,
  },
  { role: "auditor", names: { zh: "示范检查员", en: "Demo auditor" }, organisation: "demo-operator" },
] as const;

/** The accounts of a seed; passwords follow from it. */
export function demoAccounts(seed: Seed): DemoAccount[] {
  return roles.map(({ role, names }) => ({
    role,
    names,
    email: `${role}@demo.example`,
    password: `cold-chain-${seed.digits(`password/${role}`, 6)}`,
  }));
}

/** Who of these accounts belongs to an organisation, as its register file says it. */
export function peopleOf(organisation: string, accounts: readonly DemoAccount[]): PersonRecord[] {
  return accounts
    .filter(({ role }) => roles.some((each) => each.role === role && each.organisation === organisation))
    .map(({ role, names, email, password }) => ({ email, name: names.en, role, password }));
}
