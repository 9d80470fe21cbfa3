/** What every part of the tests of people plays on: one store with its network, and what is asked of them again and again. */
import { eq } from "drizzle-orm";
import type { Store, Tx } from "#store/connect.ts";
import { audit } from "#store/schema/audit.ts";
import { sessions, users } from "#store/schema/users.ts";
import { type PeopleNetwork, peopleFile } from "../../support/people-network.ts";

/** Filled in before the first test; the parts read it only while their tests run. */
export interface PeopleStage {
  store: Store;
  network: PeopleNetwork;
}

/** Whom most tests sign in. */
export const manager = "manager@demo.test";

/** The ways to ask a stage, by the API and by its tables. */
export function asking(stage: PeopleStage) {
  const asAuth = <T>(work: (tx: Tx) => Promise<T>) => stage.store.as({ role: "auth" }, work);
  const idOf = async (email: string) => {
    const [row] = await asAuth((tx) => tx.select().from(users).where(eq(users.email, email)));
    if (row === undefined) throw new Error(`nobody has ${email}`);
    return row.id;
  };
  return {
    asAuth,
    idOf,
    me: (cookie: string) => Promise.resolve(stage.network.app.request("/v1/me", { headers: { cookie } })),
    sessionsOf: async (email: string) => {
      const id = await idOf(email);
      return await asAuth((tx) => tx.select().from(sessions).where(eq(sessions.userId, id)));
    },
    auditOf: (tenant: string, subject: string) =>
      stage.store.as({ role: "app", tenant }, (tx) =>
        tx.select().from(audit).where(eq(audit.subject, subject)).orderBy(audit.id),
      ),
  };
}

/** A register file with one organisation, and its people changed. */
export function fileWith(id: string, people: object[]): object {
  const { organisations, ...rest } = peopleFile();
  return {
    ...rest,
    organisations: organisations.filter((each) => each.id === id).map((each) => ({ ...each, people })),
  };
}

/** Somebody for such a file. */
export function newcomer(change: object = {}): object {
  return { ...{ email: "new@demo.test", name: "Demo newcomer", role: "manager" }, ...change };
}
