import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import { GrowingRoot } from "#domain/log/growing-root.ts";
import { type DifferingRange, RangeRoots, type SealedRange } from "#domain/log/range-roots.ts";
import { type ExportedFile, readExport } from "#services/inbox/read-export.ts";
import { readInboxMessages } from "#services/inbox/read-inbox.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { bodyAt, checkpointsCovering } from "#store/retention.ts";

/** What a file was found to hold: how many messages, and the RFC 9162 root over their hashes. */
export interface CheckedExport {
  readonly messages: number;
  readonly root: Uint8Array;
}

/** The ids of the messages that an exported part must hold, ends included; `last` = `first` − 1 where it has none. */
export interface PartEnds {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads an exported file back: each payload must have its hash, and all messages must give the roots that were sealed of
 * them. Where a sealed range reaches out of the part, its other messages come from wherever they lie.
 * @throws AppError EXPORT_CHANGED when the file isn't what was written, CONFLICT when it isn't what was sealed
 */
export async function checkExport(
  { store, exportDir }: { store: Store; exportDir: string },
  file: ExportedFile,
  ends: PartEnds,
): Promise<CheckedExport> {
  const ranges = ends.last < ends.first ? [] : await sealedRanges(store, ends);
  const roots = new RangeRoots(ranges, fastSha256);
  const own = new GrowingRoot(fastSha256);
  const [from, to] = [ranges[0]?.from ?? ends.first, ranges.at(-1)?.to ?? ends.last];
  const neighbours = (after: number, upTo: number) => readInboxMessages(store, { after, upTo, exportDir });
  for await (const page of neighbours(from - 1, ends.first - 1))
    for (const m of page) roots.add(m.id, m.sha256);
  for await (const page of readExport(file)) {
    for (const message of page) {
      requireOwn(message, ends);
      roots.add(message.id, message.sha256);
      own.add(message.sha256);
    }
  }
  for await (const page of neighbours(ends.last, to)) for (const m of page) roots.add(m.id, m.sha256);
  requireSealed(roots.end());
  return { messages: own.size, root: own.root() };
}

async function sealedRanges(store: Store, { first, last }: PartEnds): Promise<SealedRange[]> {
  return store.as({ role: "worker" }, async (tx) => {
    const ranges: SealedRange[] = [];
    for (const { size } of await checkpointsCovering(tx, first, last)) {
      const body = await bodyAt(tx, size - 1);
      if (body === null) throw new AppError("CONFLICT", `the log does not say what entry ${size - 1} sealed`);
      ranges.push((JSON.parse(body) as { inbox: SealedRange }).inbox);
    }
    return ranges;
  });
}

function requireOwn({ id, payload, sha256: hash }: InboxMessage, { first, last }: PartEnds): void {
  if (id < first || id > last) throw new AppError("CONFLICT", `message ${id} is not one of this day`);
  if (!equalBytes(fastSha256(payload), hash))
    throw new AppError("CONFLICT", `message ${id} is not what was received: run coldmark audit`);
}

function requireSealed([first]: readonly DifferingRange[]): void {
  if (first === undefined) return;
  const { range, found } = first;
  const words = `the messages ${range.from} to ${range.to} are not those that were sealed`;
  throw new AppError("CONFLICT", `${words} (${found} of ${range.count} are there): run coldmark audit`);
}
