import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import { RangeRoots, type SealedRange } from "#domain/log/range-roots.ts";
import { readInboxMessages } from "#services/inbox/read-inbox.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { idsPerPart } from "#store/inbox-days.ts";
import type { Finding } from "./finding.ts";

/** Who looks at the messages as they pass by; those with `after` < inbox id ≤ `upTo` are read though no root covers them. */
export interface InboxReader {
  readonly after: number;
  readonly upTo: number;
  see(messages: readonly InboxMessage[]): Promise<void>;
}

/**
 * Hashes every message of the inbox again, also those of exported days, and compares with the roots that heads entries
 * sealed. A day whose file is missing or was changed is one finding, and what lies after it is looked at all the same.
 */
export async function auditInbox(
  store: Store,
  ranges: readonly SealedRange[],
  exportDir: string,
  reader: InboxReader = { after: Number.POSITIVE_INFINITY, upTo: 0, see: async () => {} },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const roots = new RangeRoots(ranges, fastSha256);
  const lost = new Set<number>();
  const upTo = Math.max(lastOf(ranges), reader.upTo);
  const span = { after: Math.min(beforeFirst(ranges), reader.after), upTo, exportDir };
  for await (const page of pagesBut(store, span, { lost, findings })) {
    for (const { id, payload, sha256: received } of page) {
      const hash = fastSha256(payload);
      roots.add(id, hash);
      if (!equalBytes(hash, received)) findings.push(changed(`message ${id} is not what was received`));
    }
    await reader.see(page);
  }
  for (const { range, found } of roots.end()) {
    if ([...lost].some((part) => partOf(range.from) <= part && part <= partOf(range.to))) continue;
    const words = `the messages ${range.from} to ${range.to} are not those that were sealed`;
    findings.push(changed(`${words}: ${found} of ${range.count} are there`));
  }
  return findings;
}

/** All messages, in pages, but those of days that can't be read: these are found, and noted in `lost`. */
async function* pagesBut(
  store: Store,
  span: { after: number; upTo: number; exportDir: string },
  { lost, findings }: { lost: Set<number>; findings: Finding[] },
): AsyncGenerator<InboxMessage[]> {
  for (let after = span.after; after < span.upTo; ) {
    try {
      yield* readInboxMessages(store, { ...span, after });
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "EXPORT_CHANGED") throw error;
      const part = Number(error.facts.part);
      findings.push(changed(error.message));
      lost.add(part);
      after = (part + 1) * idsPerPart - 1;
    }
  }
}

function beforeFirst(ranges: readonly SealedRange[]): number {
  return ranges.reduce((first, { from }) => Math.min(first, from), Number.POSITIVE_INFINITY) - 1;
}

function lastOf(ranges: readonly SealedRange[]): number {
  return ranges.reduce((last, { to }) => Math.max(last, to), 0);
}

function partOf(id: number): number {
  return Math.floor(id / idsPerPart);
}

function changed(detail: string): Finding {
  return { kind: "INBOX_CHANGED", equipment: null, window: null, detail };
}
