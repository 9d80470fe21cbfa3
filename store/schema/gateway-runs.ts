import { sql } from "drizzle-orm";
import { bigint, index, pgTable, pgView, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

const wholes = () => bigint({ mode: "number" }).array().notNull();

/**
 * The sequence numbers a gateway used, with the hash of the raw message that used each first: a row holds a run of them without
 * a hole, `fromSeq` to `toSeq`, what it says of each message in order of seq, the hashes one after another.
 */
export const gatewayRuns = pgTable(
  "gateway_runs",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    boot: whole().notNull(),
    fromSeq: whole().notNull(),
    toSeq: whole().notNull(),
    /** The least of `inboxIds`. */
    inboxFrom: whole().notNull(),
    inboxIds: wholes(),
    receivedAts: wholes(),
    sha256s: bytes().notNull(),
    kid: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.gatewayId, t.boot, t.fromSeq] }),
    index().on(t.gatewayId, t.inboxFrom),
  ],
);

/** `gatewayRuns` with a row for each message; a condition on `fromSeq` is what finds a seq soon. */
export const gatewayMessages = pgView("gateway_messages", {
  tenantId: tenant(),
  gatewayId: text().notNull(),
  boot: whole().notNull(),
  fromSeq: whole().notNull(),
  seq: whole().notNull(),
  inboxId: whole().notNull(),
  sha256: bytes().notNull(),
  kid: text(),
  receivedAt: whole().notNull(),
})
  .with({ securityInvoker: true })
  .as(sql`
    select tenant_id, gateway_id, boot, from_seq, from_seq + n - 1 as seq, inbox_ids[n] as inbox_id,
      substring(sha256s from 32 * (n - 1) + 1 for 32) as sha256, kid, received_ats[n] as received_at
    from gateway_runs, generate_series(1, cardinality(inbox_ids)) as n`);
