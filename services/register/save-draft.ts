import { toHex } from "#domain/log/bytes.ts";
import type { Tx } from "#store/connect.ts";
import { queueEntries } from "#store/pending-entries.ts";
import {
  addToRegister,
  changeInRegister,
  correctPlacement,
  placeSensors,
  type RegisterTable,
} from "#store/register.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import type { Draft, Save } from "./draft.ts";

/** Writes a registration, what the log is to hold of it and its audit records with the reason, all in one transaction. */
export async function saveDraft(
  tx: Tx,
  ctx: Context,
  draft: Draft,
  reason: string | null = null,
): Promise<void> {
  const added = Map.groupBy(
    draft.saves.filter(({ old }) => old === null),
    ({ table }) => table,
  );
  for (const [table, saves] of added)
    await addToRegister(
      tx,
      table,
      saves.map(({ row }) => row),
    );
  for (const { table, row, old } of draft.saves) if (old !== null) await changeInRegister(tx, table, row);
  const moved = (kind: Draft["moves"][number]["kind"]) =>
    draft.moves.filter((move) => move.kind === kind).map(({ placement }) => placement);
  await placeSensors(tx, moved("place"));
  for (const placement of moved("correct")) await correctPlacement(tx, placement);
  await queueEntries(tx, draft.entries, draft.terms.now);
  await recordAudit(
    tx,
    ctx,
    draft.saves.map((save) => toChange(save, reason)),
    draft.tenant,
  );
}

function toChange({ table, subject, old, row }: Save, reason: string | null) {
  const action = old === null ? "register.create" : "register.change";
  return { action, subject, old: old && shown(table, old), new: shown(table, row), reason };
}

const secrets: Partial<Record<RegisterTable, string>> = { gateways: "mqttPasswordHash", apiKeys: "sha256" };

/** A row as the audit trail may show it: bytes as hex, nothing that helps to guess a secret. */
function shown(table: RegisterTable, row: object): Record<string, unknown> {
  const fields = Object.entries(row).map(([name, value]) => {
    if (name === secrets[table]) return [name, "[secret]"];
    return [name, value instanceof Uint8Array ? toHex(value) : value];
  });
  return Object.fromEntries(fields);
}
