import { AppError } from "#domain/errors.ts";
import { toHex } from "#domain/log/bytes.ts";
import { requireSameFile } from "#services/inbox/read-export.ts";
import { exportedFile } from "#services/inbox/read-inbox.ts";
import type { Store } from "#store/connect.ts";
import { dropInboxDay, holdInboxDay, type InboxDay, reopenInboxDay } from "#store/inbox-days.ts";
import { exportEntryIndex, finalSize } from "#store/retention.ts";

/**
 * What became of an exported day: it left the database, its entry in the log is not final on chain yet, or its file is
 * missing or changed and the day is to be exported again.
 */
export type DropOutcome = "dropped" | "waits" | "spoilt";

/** Drops an exported day once the entry with its file's hash is final on chain and the file is still that file. */
export async function dropDay(
  { store, exportDir }: { store: Store; exportDir: string },
  day: InboxDay,
): Promise<DropOutcome> {
  const { part } = day;
  try {
    if (!(await store.as({ role: "worker" }, (tx) => isExportFinal(tx, day)))) return "waits";
    await requireSameFile(exportedFile(day, exportDir));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "EXPORT_CHANGED") throw error;
    await store.as({ role: "worker" }, (tx) => reopenInboxDay(tx, part));
    return "spoilt";
  }
  return store.as({ role: "worker" }, async (tx) => {
    if ((await holdInboxDay(tx, part))?.state !== "exported") return "waits";
    await dropInboxDay(tx, part);
    return "dropped";
  });
}

async function isExportFinal(tx: Parameters<typeof finalSize>[0], day: InboxDay): Promise<boolean> {
  const index = await exportEntryIndex(tx, day.part, toHex(day.sha256 ?? new Uint8Array()));
  return index !== null && index < (await finalSize(tx));
}
