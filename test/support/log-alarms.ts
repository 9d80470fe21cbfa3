import { and, asc, eq } from "drizzle-orm";
import type { Store } from "#store/connect.ts";
import { alarms } from "#store/schema/alarms.ts";
import { findings } from "#store/schema/findings.ts";
import { organisations } from "#store/schema/organisations.ts";

const names = { zh: "示范", en: "Demo" };

/** Registers the operator of the log, and a pharmacy that is never told of its troubles. */
export async function registerOperator(store: Store): Promise<void> {
  for (const [tenantId, kind] of [
    ["op", "operator"],
    ["shop", "pharmacy"],
  ] as const) {
    const row = { tenantId, kind, names, label: tenantId.padEnd(32, "0"), acceptedAt: 0 };
    await store.as({ role: "app", tenant: tenantId }, (tx) => tx.insert(organisations).values(row));
  }
}

/** The alarms there are, oldest first: whose, of what kind, and whether they last. */
export async function toldAlarms(store: Store): Promise<string[]> {
  const rows = await store.as({ role: "worker" }, (tx) => tx.select().from(alarms).orderBy(asc(alarms.id)));
  return rows.map(
    ({ tenantId, kind, clearedAt }) => `${tenantId} ${kind} ${clearedAt === null ? "lasts" : "is over"}`,
  );
}

/** What the operator's findings of a kind say, oldest first. */
export async function toldDetails(store: Store, kind: string): Promise<unknown[]> {
  const rows = await store.as({ role: "worker" }, (tx) =>
    tx
      .select({ detail: findings.detail })
      .from(findings)
      .where(and(eq(findings.tenantId, "op"), eq(findings.kind, kind)))
      .orderBy(asc(findings.id)),
  );
  return rows.map(({ detail }) => detail.detail);
}
