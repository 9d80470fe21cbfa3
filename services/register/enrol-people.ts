// The people of a register file. Who they are is kept apart from where they belong: a membership is a row of the
// organisation's register as any other; a person and their password are only for the role that lets in.
import { randomBytes, randomUUID } from "node:crypto";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import type { Store } from "#store/connect.ts";
import { endSessionsOf, findPeople, setPasswords } from "#store/people.ts";
import type { RegisterRow } from "#store/register.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import type { Draft, Enrolment } from "./draft.ts";
import type { Network, OrganisationFile } from "./network.ts";

type KnownPerson = Awaited<ReturnType<typeof findPeople>>[number];

/** Looks up the people of a file, by mail address, and whether the file gives members another password than they have. */
export async function findEnrolments(store: Store, network: Network): Promise<Map<string, Enrolment>> {
  const people = network.organisations.flatMap(({ id: tenant, people }) =>
    people.map((person) => ({ tenant, person })),
  );
  const emails = people.map(({ person }) => person.email);
  const rows = await store.as({ role: "auth" }, (tx) => findPeople(tx, emails));
  const known = Map.groupBy(rows, ({ email }) => email);
  return new Map(
    await Promise.all(
      people.map(async ({ tenant, person }) => {
        const enrolment = await enrolmentOf(tenant, person, known.get(person.email) ?? []);
        return [person.email, enrolment] as const;
      }),
    ),
  );
}

async function enrolmentOf(
  tenant: string,
  { password }: OrganisationFile["people"][number],
  known: readonly KnownPerson[],
): Promise<Enrolment> {
  const homes = known.flatMap((row) => (row.revokedAt === null ? (row.tenant ?? []) : []));
  const hash = known[0]?.passwordHash ?? null;
  const isGivenToMember = password !== undefined && homes.includes(tenant);
  return {
    id: known[0]?.id ?? randomUUID(),
    homes,
    password: password ?? randomBytes(18).toString("base64url"),
    isMade: password === undefined,
    isOther: isGivenToMember && !(hash !== null && (await verifyPassword({ hash, password }))),
  };
}

/** Lets in whom a draft makes a member; until their membership is written they can't sign in. */
export async function enrol(store: Store, draft: Draft): Promise<void> {
  const people = await hashed(draft, true);
  if (people.length === 0) return;
  await store.as({ role: "auth" }, (tx) => setPasswords(tx, people));
}

/** Gives members the other passwords that the file has for them, and signs them out. */
export async function changePasswords(ctx: Context, draft: Draft): Promise<void> {
  const people = await hashed(draft, false);
  if (people.length === 0) return;
  const change = { action: "person.password", old: null, new: null, reason: null };
  await ctx.store.as({ role: "auth" }, async (tx) => {
    await setPasswords(tx, people);
    const changes = people.map(({ id }) => ({ ...change, subject: `person ${id}` }));
    await recordAudit(tx, ctx, changes, draft.tenant);
  });
}

/** Signs out everybody whose membership a draft changed or revoked. */
export async function signOutChanged(store: Store, draft: Draft): Promise<void> {
  const changed = draft.saves
    .filter(({ table, old }) => table === "memberships" && old !== null)
    .map(({ row }) => (row as RegisterRow<"memberships">).userId);
  if (changed.length > 0) await store.as({ role: "auth" }, (tx) => endSessionsOf(tx, changed));
}

/** Hashed before any transaction, since that is slow on purpose. */
async function hashed(draft: Draft, isEntrance: boolean) {
  const wanted = draft.newPasswords.filter((each) => each.isEntrance === isEntrance);
  return await Promise.all(
    wanted.map(async ({ id, email, name, password }) => {
      return { id, email, name, passwordHash: await hashPassword(password) };
    }),
  );
}
