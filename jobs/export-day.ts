import { randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "#domain/log/bytes.ts";
import { readInboxMessages } from "#services/inbox/read-inbox.ts";
import { writeExport } from "#services/inbox/write-export.ts";
import type { Store } from "#store/connect.ts";
import { endsOfInboxDay, holdInboxDay, type InboxDay, idsPerPart, markExported } from "#store/inbox-days.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { exportKind, exportSubject } from "#store/retention.ts";
import { type CheckedExport, checkExport, type PartEnds } from "./check-export.ts";
import { syncFolder, unfinished } from "./export-folder.ts";

/** What exporting needs. */
export interface ExportParts {
  readonly store: Store;
  readonly clock: () => number;
  readonly exportDir: string;
}

const dayMs = 86_400_000;

/**
 * Writes a day of the inbox to a file, reads it back against what was sealed, gives it its name, and queues its hash for
 * the log. A file that a kill left unfinished is never taken for a whole one: it is written again under another name.
 * Null when another process exported the day meanwhile.
 * @throws AppError CONFLICT when the messages are not those that were sealed: nothing is exported then
 */
export async function exportDay(
  { store, clock, exportDir }: ExportParts,
  { part, day }: InboxDay,
  signal: AbortSignal,
): Promise<{ file: string; messages: number } | null> {
  const ends = await endsOf(store, part);
  await mkdir(exportDir, { recursive: true, mode: 0o700 });
  const file = `inbox-${part}-${dateOf(day)}.jsonl.gz`;
  const path = join(exportDir, `${file}.${randomBytes(4).toString("hex")}${unfinished}`);
  try {
    const pages = readInboxMessages(store, { after: ends.first - 1, upTo: ends.last });
    const sha256 = await writeExport(path, pages, signal);
    const checked = await checkExport({ store, exportDir }, { part, path, sha256 }, ends);
    const isOurs = await keepExport(
      { store, now: clock() },
      { part, day, ends, checked, sha256, file },
      () => {
        renameSync(path, join(exportDir, file));
        syncFolder(exportDir);
      },
    );
    return isOurs ? { file, messages: checked.messages } : null;
  } finally {
    await rm(path, { force: true });
  }
}

async function endsOf(store: Store, part: number): Promise<PartEnds> {
  const ends = await store.as({ role: "worker" }, (tx) => endsOfInboxDay(tx, part));
  return ends ?? { first: part * idsPerPart, last: part * idsPerPart - 1 };
}

interface NewExport {
  readonly part: number;
  readonly day: number;
  readonly ends: PartEnds;
  readonly checked: CheckedExport;
  readonly sha256: Uint8Array;
  readonly file: string;
}

/** Names the file, notes it and queues its entry, unless another process was first; a kill leaves all or the name only. */
async function keepExport(
  { store, now }: { store: Store; now: number },
  { part, day, ends, checked, sha256, file }: NewExport,
  nameFile: () => void,
): Promise<boolean> {
  return store.as({ role: "worker" }, async (tx) => {
    if ((await holdInboxDay(tx, part))?.state !== "open") return false;
    nameFile();
    const { messages, root } = checked;
    await markExported(tx, part, { messages, file, sha256, exportedAt: now });
    const ids = { from: ends.first, to: ends.last, count: messages };
    const body = { part, day, ...ids, file, sha256: toHex(sha256), root: toHex(root) };
    await queueEntry(tx, { subject: exportSubject, kind: exportKind, from: now, to: now, body }, now);
    return true;
  });
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
