import type { RegisterRow } from "#store/register.ts";
import { type Draft, type Enrolment, keepRow } from "./draft.ts";
import type { OrganisationFile } from "./network.ts";

type PersonFile = OrganisationFile["people"][number];

/**
 * People: whoever enters the organisation, or comes back to it, gets the file's password, or one that is made and shown
 * once: what they had elsewhere is nobody's key to this one. A member's password changes only when the file gives
 * another. Who was revoked stays so until the file says `"revoked": false`. Somebody belongs to one organisation at a time.
 */
export function planPeople(draft: Draft, file: OrganisationFile): void {
  for (const [at, person] of file.people.entries()) {
    const enrolment = draft.people.get(person.email);
    if (enrolment !== undefined) planPerson(draft, person, enrolment, `${draft.path}.people[${at}]`);
  }
}

function planPerson(draft: Draft, person: PersonFile, enrolment: Enrolment, path: string): void {
  const { now } = draft.terms;
  const { id, homes } = enrolment;
  const { name, role, revoked } = person;
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
  if (revokedAt === null) planPassword(draft, person, enrolment, old);
}

function planPassword(
  draft: Draft,
  { email, name }: PersonFile,
  { id, password, isMade, isOther }: Enrolment,
  old: RegisterRow<"memberships"> | undefined,
): void {
  const isEntrance = old === undefined || old.revokedAt !== null;
  if (!isEntrance && !isOther) return;
  draft.newPasswords.push({ id, email, name, password, isEntrance });
  if (isMade)
    draft.credentials.push({ kind: "person", organisation: draft.tenant, id: email, secret: password });
}
