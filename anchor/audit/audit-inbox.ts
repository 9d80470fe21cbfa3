import { sha256 } from "@noble/hashes/sha2.js";
import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import { RangeRoots, type SealedRange } from "#domain/log/range-roots.ts";
import { readInboxMessages } from "#services/inbox/read-inbox.ts";
import type { Store } from "#store/connect.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { idsPerPart } from "#store/inbox-days.ts";
import type { Finding } from "./finding.ts";

/**
 * Hashes every message of the inbox again, also those of exported days, and compares with the roots that heads entries
 * sealed. A day whose file is missing or was changed is one finding, and what lies after it is looked at all the same.
 */
export async function auditInbox(
  store: Store,
  ranges: readonly SealedRange[],
  exportDir: string,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const roots = new RangeRoots(ranges);
  const lost = new Set<number>();
  const span = { after: beforeFirst(ranges), upTo: lastOf(ranges), exportDir };
  for await (const message of messagesBut(store, span, { lost, findings })) {
    const hash = sha256(message.payload);
    roots.add(message.id, hash);
    if (!equalBytes(hash, message.sha256))
      findings.push(changed(`message ${message.id} is not what was received`));
  }
  for (const { range, found } of roots.end()) {
    if ([...lost].some((part) => partOf(range.from) <= part && part <= partOf(range.to))) continue;
    const words = `the messages ${range.from} to ${range.to} are not those that were sealed`;
    findings.push(changed(`${words}: ${found} of ${range.count} are there`));
  }
  return findings;
}

/** All messages but those of days that can't be read: these are found, and noted in `lost`. */
async function* messagesBut(
  store: Store,
  span: { after: number; upTo: number; exportDir: string },
  { lost, findings }: { lost: Set<number>; findings: Finding[] },
): AsyncGenerator<InboxMessage> {
  for (let after = span.after; after < span.upTo; ) {
    try {
      for await (const page of readInboxMessages(store, { ...span, after })) yield* page;
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
