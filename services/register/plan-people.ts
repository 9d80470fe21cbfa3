import { type Draft, type Enrolment, keepRow } from "./draft.ts";
import type { OrganisationFile } from "./network.ts";

type PersonFile = OrganisationFile["people"][number];

/**
 * People: a password that isn't given is made, and shown once; that of somebody known stays. Who was revoked stays so
 * until the file says `"revoked": false`. Somebody belongs to one organisation at a time.
 */
export function planPeople(draft: Draft, file: OrganisationFile): void {
  for (const [at, person] of file.people.entries()) {
    const enrolment = draft.people.get(person.email);
    if (enrolment !== undefined) planPerson(draft, person, enrolment, `${draft.path}.people[${at}]`);
  }
}

function planPerson(draft: Draft, person: PersonFile, enrolment: Enrolment, path: string): void {
  const { now } = draft.terms;
  const { id, isNew, homes, password, isMade } = enrolment;
  const { email, name, role, revoked } = person;
  const subject = `person ${id}`;
  const old = draft.register.memberships.find((row) => row.userId === id);
  if (old === undefined && revoked === true) {
    draft.unchanged.push(subject);
    return;
  }
  const wasRevokedAt = old?.revokedAt ?? null;
  const revokedAt = revoked === false ? null : revoked === true ? (wasRevokedAt ?? now) : wasRevokedAt;
  const isElsewhere = homes.some((tenant) => tenant !== draft.tenant);
  if (revokedAt === null && isElsewhere)
    draft.faults.push({ path: `${path}.email`, message: "belongs to another organisation: choose another" });
  const next = {
    tenantId: draft.tenant,
    userId: id,
    name,
    role,
    createdAt: old?.createdAt ?? now,
    revokedAt,
  };
  keepRow(draft, { table: "memberships", subject, old, next });
  if (isNew && isMade)
    draft.credentials.push({ kind: "person", organisation: draft.tenant, id: email, secret: password });
}
