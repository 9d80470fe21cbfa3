import { and, desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { raiseIntegrityAlarms } from "./integrity-alarms.ts";
import type { Names } from "./schema/columns.ts";
import { equipment } from "./schema/equipment.ts";
import { findings } from "./schema/findings.ts";
import { sensors } from "./schema/sensors.ts";

/** What a gateway sent against what it sent before: it may be broken, or somebody else sends in its name. */
const contradictions = ["READING_CONFLICT", "SEQ_CONFLICT", "TOO_MANY_BOOTS"] as const;

/** What a finding is about; those that begin with LOG are about the log itself. */
export const findingKinds = [
  ...contradictions,
  "SEQ_GAP",
  "SEQ_GAP_FILLED",
  "BOOT_BACK",
  "DEAD_LETTERS_FULL",
  "LOG_FORK",
  "LOG_DISAGREE",
  "LOG_COSTLY",
  "LOG_COPY",
  "LOG_FUNDS",
  "LOG_DOWN",
] as const;

/** Something that does not add up: its kind, what it is about and the facts. */
export interface Finding {
  readonly tenant: string;
  readonly kind: (typeof findingKinds)[number];
  readonly subject: string;
  readonly detail: Record<string, unknown>;
}

const rowsPerInsert = 1_000;

/** Keeps integrity findings for a person to look at, and raises the alarm that contradictions are, in the same transaction. */
export async function recordFindings(tx: Tx, found: readonly Finding[], at: number): Promise<void> {
  const rows = found.map(({ tenant, ...finding }) => ({ tenantId: tenant, ...finding, at }));
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx.insert(findings).values(rows.slice(from, from + rowsPerInsert));
  }
  await raiseIntegrityAlarms(
    tx,
    found.filter(({ kind }) => contradictions.some((each) => each === kind)),
    at,
  );
}

/** A finding as it was kept, with the equipment that it is about, where it is about one. */
export type StoredFinding = typeof findings.$inferSelect & {
  readonly label: string | null;
  readonly names: Names | null;
};

/** The organisation's findings, newest first, those before an id only; a point's equipment is where it lies now. */
export async function listFindings(
  tx: Tx,
  tenant: string,
  page: { limit: number; before?: number },
): Promise<StoredFinding[]> {
  const { before } = page;
  const isOfGateway = sql`${findings.kind} in ('SEQ_CONFLICT', 'TOO_MANY_BOOTS')`;
  const place = sql`coalesce(${sensors.equipmentId}, ${findings.subject})`;
  return tx
    .select({ ...getTableColumns(findings), label: equipment.label, names: equipment.names })
    .from(findings)
    .leftJoin(sensors, and(eq(sensors.tenantId, findings.tenantId), eq(sensors.point, findings.subject)))
    .leftJoin(
      equipment,
      and(eq(equipment.tenantId, findings.tenantId), eq(equipment.id, place), sql`not (${isOfGateway})`),
    )
    .where(and(eq(findings.tenantId, tenant), before === undefined ? undefined : lt(findings.id, before)))
    .orderBy(desc(findings.id))
    .limit(page.limit);
}
