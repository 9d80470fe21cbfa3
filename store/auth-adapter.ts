import type { DBAdapter } from "better-auth/adapters";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { BetterAuthOptions } from "better-auth/types";
import type { Store, Tx } from "./connect.ts";
import { accounts, sessions, users, verifications } from "./schema/users.ts";

const schema = { user: users, session: sessions, account: accounts, verification: verifications };
const tables = { provider: "pg", schema } as const;

/**
 * better-auth's way to our tables: every operation is a transaction of its own under the role `auth`, so that row-level
 * security holds for it too. It has no transactions over several operations, as better-auth's own adapter by default.
 * @param onSignIn runs in the transaction that begins a session; where it throws, the session never was
 */
export function authAdapter(
  store: Store,
  onSignIn: (tx: Tx, userId: string) => Promise<void>,
): (options: BetterAuthOptions) => DBAdapter {
  return (options) => {
    const on = (tx: Tx | object) => drizzleAdapter(tx, tables)(options);
    const run = <T>(work: (adapter: DBAdapter, tx: Tx) => Promise<T>) =>
      store.as({ role: "auth" }, (tx) => work(on(tx), tx));
    const adapter: DBAdapter = {
      ...on({}),
      create: (query) =>
        run(async (each, tx) => {
          if (query.model === "session") await onSignIn(tx, String(query.data.userId));
          return await each.create(query);
        }),
      findOne: (query) => run((each) => each.findOne(query)),
      findMany: (query) => run((each) => each.findMany(query)),
      count: (query) => run((each) => each.count(query)),
      update: (query) => run((each) => each.update(query)),
      updateMany: (query) => run((each) => each.updateMany(query)),
      delete: (query) => run((each) => each.delete(query)),
      deleteMany: (query) => run((each) => each.deleteMany(query)),
      consumeOne: (query) => run((each) => each.consumeOne(query)),
      incrementOne: (query) => run((each) => each.incrementOne(query)),
      transaction: (work) => work(adapter),
    };
    return adapter;
  };
}
