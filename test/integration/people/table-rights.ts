import { getTableName, type SQL, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { audit } from "#store/schema/audit.ts";
import { memberships } from "#store/schema/memberships.ts";
import { accounts, sessions, users, verifications } from "#store/schema/users.ts";
import { asking, type PeopleStage } from "./stage.ts";

/** Which role of the database may read and write which table of people. */
export function tableRights(stage: PeopleStage): void {
  const { asAuth } = asking(stage);
  describe("the tables of people", () => {
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => "allowed",
        (fault: Error) => `${fault.message} ${String(fault.cause)}`,
      );

    it("are closed to every role but the one that lets in", async () => {
      for (const role of ["app", "worker", "public", "operator"] as const) {
        for (const table of [users, sessions, accounts, verifications]) {
          const read = stage.store.as({ role, tenant: "shop" }, (tx) =>
            tx.select().from(table as typeof users),
          );
          expect([role, getTableName(table), await refusal(read)]).toEqual([
            role,
            getTableName(table),
            expect.stringContaining("permission denied"),
          ]);
        }
      }
    });

    it("are all that the role that lets in can read, with keys, gateways and organisations", async () => {
      const { rows } = await asAuth((tx) =>
        tx.execute<{ name: string }>(sql`
          select relname as name from pg_class where relkind in ('r', 'p')
          and relnamespace = 'public'::regnamespace and has_any_column_privilege('coldmark_auth', oid, 'SELECT')`),
      );
      expect(rows.map(({ name }) => name).sort()).toEqual(
        [
          ...["accounts", "api_keys", "gateway_topics", "gateways", "keys", "memberships", "organisations"],
          ...["sessions", "users", "verifications"],
        ].sort(),
      );
    });

    it("and readings, findings and secrets aren't for the role that sees every organisation", async () => {
      const { rows } = await asAuth((tx) =>
        tx.execute<{ name: string }>(sql`
          select relname as name from pg_class where relkind in ('r', 'p')
          and relnamespace = 'public'::regnamespace and has_any_column_privilege('coldmark_operator', oid, 'SELECT')`),
      );
      expect(rows.map(({ name }) => name).sort()).toEqual([
        ...["alarms", "calibrations", "equipment", "excursions", "gateway_progress", "gateways"],
        ...[
          "latest_values",
          "organisations",
          "sensor_placements",
          "sensors",
          "sequence_gaps",
          "sites",
          "windows",
        ],
      ]);
      const asOperator = (query: SQL) => stage.store.as({ role: "operator" }, (tx) => tx.execute(query));
      expect(await refusal(asOperator(sql`select mqtt_password_hash from gateways`))).toContain(
        "permission denied",
      );
      expect(await refusal(asOperator(sql`select id, signature_required from gateways`))).toBe("allowed");
    });

    it("let the role that lets in write who came and left, and neither anything else nor a membership", async () => {
      const row = { tenantId: "shop", at: 1, actor: "x", subject: "x" };
      const note = (action: string) => asAuth((tx) => tx.insert(audit).values({ ...row, action }));
      expect(await refusal(note("register.change"))).toContain("row-level security");
      const join = asAuth((tx) =>
        tx
          .insert(memberships)
          .values({ tenantId: "shop", userId: "x", name: "x", role: "operator", createdAt: 1 }),
      );
      expect(await refusal(join)).toContain("permission denied");
      expect(await refusal(asAuth((tx) => tx.delete(users)))).toContain("permission denied");
    });
  });
}
