import { join } from "node:path";
import { AppError } from "#domain/errors.ts";
import type { Store } from "#store/connect.ts";
import { type InboxMessage, readInbox } from "#store/inbox.ts";
import { allInboxDays, findInboxDay, type InboxDay, idsPerPart } from "#store/inbox-days.ts";
import { type ExportedFile, readExport } from "./read-export.ts";

/** Which messages are read, by inbox id, and the folder of exported days (EXPORT_DIR). */
export interface InboxSpan {
  readonly after: number;
  /** The last one, included. */
  readonly upTo: number;
  readonly exportDir?: string;
}

const page = { limit: 5_000, maxBytes: 16 * 1024 * 1024 };

/**
 * Messages in pages, in the order of their ids: from the database, or, where their day left it, from its file, which is
 * held against its SHA-256 first. A file is read from its beginning at each call: read far in one call.
 * @throws AppError EXPORT_CHANGED with `facts.part` when such a file is missing or was changed
 */
export async function* readInboxMessages(store: Store, span: InboxSpan): AsyncGenerator<InboxMessage[]> {
  const days = await store.as({ role: "worker" }, allInboxDays);
  for (const { part } of days) {
    const after = Math.max(span.after, part * idsPerPart - 1);
    const upTo = Math.min(span.upTo, (part + 1) * idsPerPart - 1);
    if (after < upTo) yield* messagesOfPart(store, part, { ...span, after, upTo });
  }
}

async function* messagesOfPart(store: Store, part: number, span: InboxSpan): AsyncGenerator<InboxMessage[]> {
  const { upTo } = span;
  for (let after = span.after; after < upTo; ) {
    const { messages, day } = await store.as({ role: "worker" }, async (tx) => ({
      messages: await readInbox(tx, { position: after, upTo, ...page }),
      // Looked at afterwards: a day may be dropped at any time, but only once its file is there.
      day: await findInboxDay(tx, part),
    }));
    if (messages.length > 0) yield messages;
    else if (day?.state === "dropped") return yield* exportedAfter(day, { ...span, after });
    after = messages.at(-1)?.id ?? upTo;
  }
}

async function* exportedAfter(
  day: InboxDay,
  { after, upTo, exportDir }: InboxSpan,
): AsyncGenerator<InboxMessage[]> {
  for await (const messages of readExport(exportedFile(day, exportDir))) {
    const wanted = messages.filter(({ id }) => id > after && id <= upTo);
    if (wanted.length > 0) yield wanted;
    if ((messages.at(-1)?.id ?? 0) >= upTo) return;
  }
}

/** The file of an exported day. @throws AppError EXPORT_CHANGED where the folder isn't known, or no file was noted */
export function exportedFile({ part, file, sha256 }: InboxDay, exportDir: string | undefined): ExportedFile {
  if (exportDir === undefined || file === null || sha256 === null) {
    const why =
      file === null || sha256 === null ? "no file was noted" : `EXPORT_DIR must name where ${file} is`;
    throw new AppError("EXPORT_CHANGED", `part ${part} of the inbox was dropped, and ${why}`, { part });
  }
  return { part, path: join(exportDir, file), sha256 };
}
