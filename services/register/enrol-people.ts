// The people of a register file. Who they are is kept apart from where they belong: a membership is a row of the
// organisation's register as any other; a person and their password are only for the role that lets in.
import { randomBytes, randomUUID } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import type { Store } from "#store/connect.ts";
import { addPeople, endSessionsOf, findPeople } from "#store/people.ts";
import type { RegisterRow } from "#store/register.ts";
import type { Draft, Enrolment } from "./draft.ts";
import type { Network } from "./network.ts";

/** Looks up the people of a file, by mail address. Somebody without any membership, even an old one, is new. */
export async function findEnrolments(store: Store, network: Network): Promise<Map<string, Enrolment>> {
  const people = network.organisations.flatMap((organisation) => organisation.people);
  const rows = await store.as({ role: "auth" }, (tx) =>
    findPeople(
      tx,
      people.map(({ email }) => email),
    ),
  );
  const known = Map.groupBy(rows, ({ email }) => email);
  return new Map(
    people.map(({ email, password }) => {
      const memberships = (known.get(email) ?? []).filter(({ tenant }) => tenant !== null);
      const homes = memberships.flatMap(({ tenant, revokedAt }) =>
        revokedAt === null ? (tenant ?? []) : [],
      );
      const enrolment = {
        id: known.get(email)?.[0]?.id ?? randomUUID(),
        isNew: memberships.length === 0,
        homes,
        password: password ?? randomBytes(18).toString("base64url"),
        isMade: password === undefined,
      };
      return [email, enrolment];
    }),
  );
}

/** Adds whom a draft makes a member for the first time; without their membership they can't sign in yet. */
export async function enrol(store: Store, draft: Draft): Promise<void> {
  const members = new Map(membershipsOf(draft, "added").map((row) => [row.userId, row]));
  const people = await Promise.all(
    [...draft.people].flatMap(([email, { id, isNew, password }]) => {
      const row = members.get(id);
      if (row === undefined || !isNew) return [];
      return hashPassword(password).then((passwordHash) => ({ id, email, name: row.name, passwordHash }));
    }),
  );
  if (people.length > 0) await store.as({ role: "auth" }, (tx) => addPeople(tx, people));
}

/** Signs out everybody whose membership a draft changed or revoked. */
export async function signOutChanged(store: Store, draft: Draft): Promise<void> {
  const changed = membershipsOf(draft, "changed").map(({ userId }) => userId);
  if (changed.length > 0) await store.as({ role: "auth" }, (tx) => endSessionsOf(tx, changed));
}

function membershipsOf(draft: Draft, how: "added" | "changed"): RegisterRow<"memberships">[] {
  return draft.saves
    .filter(({ table, old }) => table === "memberships" && (old === null) === (how === "added"))
    .map(({ row }) => row as RegisterRow<"memberships">);
}
