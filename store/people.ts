// People: who they are, where they belong and where they are signed in. All under the role `auth`, which alone sees them.
import { and, desc, eq, gt, inArray, isNull, lte } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { memberships } from "./schema/memberships.ts";
import { organisations } from "./schema/organisations.ts";
import { accounts, sessions, users } from "./schema/users.ts";

/** How better-auth names an account that proves itself by a password. */
const passwordProvider = "credential";

/** A person in the organisation they belong to now. */
export type Member = NonNullable<Awaited<ReturnType<typeof findMember>>>;

const member = {
  userId: users.id,
  email: users.email,
  name: memberships.name,
  role: memberships.role,
  tenant: memberships.tenantId,
  organisation: { names: organisations.names, kind: organisations.kind },
};

/** A person and their newest unrevoked membership; null for anybody without one. */
export async function findMember(tx: Tx, userId: string) {
  const [found] = await tx
    .select(member)
    .from(users)
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .innerJoin(organisations, eq(organisations.tenantId, memberships.tenantId))
    .where(and(eq(users.id, userId), isNull(memberships.revokedAt)))
    .orderBy(desc(memberships.createdAt), memberships.tenantId)
    .limit(1);
  return found ?? null;
}

/** Whose session has this token, if it lasts beyond `now` (epoch ms) and its person still belongs somewhere. */
export async function findSignedIn(tx: Tx, token: string, now: number): Promise<Member | null> {
  const [found] = await tx
    .select(member)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .innerJoin(organisations, eq(organisations.tenantId, memberships.tenantId))
    .where(
      and(eq(sessions.token, token), gt(sessions.expiresAt, new Date(now)), isNull(memberships.revokedAt)),
    )
    .orderBy(desc(memberships.createdAt), memberships.tenantId)
    .limit(1);
  return found ?? null;
}

/** Ends one session; whose it was, or null where there is none. */
export async function endSession(tx: Tx, token: string): Promise<string | null> {
  const ended = await tx.delete(sessions).where(eq(sessions.token, token)).returning({ id: sessions.userId });
  return ended[0]?.id ?? null;
}

/** Ends every session of these people. */
export async function endSessionsOf(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0) await tx.delete(sessions).where(inArray(sessions.userId, [...userIds]));
}

/** Deletes a person's sessions that ended by themselves before `now` (epoch ms). */
export async function dropExpiredSessions(tx: Tx, userId: string, now: number): Promise<void> {
  await tx.delete(sessions).where(and(eq(sessions.userId, userId), lte(sessions.expiresAt, new Date(now))));
}

/** One row for each person with one of these mail addresses and each organisation they ever belonged to. */
export async function findPeople(tx: Tx, emails: readonly string[]) {
  if (emails.length === 0) return [];
  const { tenantId, revokedAt } = memberships;
  return await tx
    .select({
      ...{ id: users.id, email: users.email, tenant: tenantId, revokedAt },
      passwordHash: accounts.password,
    })
    .from(users)
    .leftJoin(memberships, eq(memberships.userId, users.id))
    .leftJoin(accounts, and(eq(accounts.userId, users.id), eq(accounts.providerId, passwordProvider)))
    .where(inArray(users.email, [...emails]));
}

/** A person and the password to have from now on; `passwordHash` as better-auth makes it. */
interface PersonPassword {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** Gives people their passwords and ends every session they have; whoever isn't known yet is added. */
export async function setPasswords(tx: Tx, people: readonly PersonPassword[]): Promise<void> {
  for (const { id, email, name, passwordHash } of people) {
    await tx.insert(users).values({ id, email, name }).onConflictDoNothing({ target: users.id });
    const account = { id, accountId: id, providerId: passwordProvider, userId: id, password: passwordHash };
    await tx
      .insert(accounts)
      .values(account)
      .onConflictDoUpdate({ target: accounts.id, set: { password: passwordHash } });
  }
  await endSessionsOf(
    tx,
    people.map(({ id }) => id),
  );
}
