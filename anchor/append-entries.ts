import { randomBytes } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, fromHex, toHex, utf8 } from "#domain/log/bytes.ts";
import { type Entry, entryLeaf, NO_PREVIOUS, saltedHash, streamOf } from "#domain/log/entry.ts";
import { completedNodes, nodesNeededForRoot, type TreeNode } from "#domain/log/tree-nodes.ts";
import type { Store, Tx } from "#store/connect.ts";
import {
  holdLog,
  insertEntries,
  type LogEntry,
  logSize,
  markAppended,
  readPending,
  readStreamHeads,
  type StreamHead,
  saveStreamHeads,
} from "#store/entries.ts";
import { insertNodes, readNodes } from "#store/tree-nodes.ts";

/** Something to be said in the log; `body` is its RFC 8785 text, times in epoch ms. */
export interface Statement {
  readonly subject: string;
  readonly kind: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly body: string;
}

const saltLength = 16;

/** Appends what waits, at most `limit` entries in one transaction, in the order it was queued; gives their number. */
export async function appendEntries(store: Store, now: number, limit = 2_000): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => {
    await holdLog(tx);
    const pending = await readPending(tx, limit);
    if (pending.length === 0) return 0;
    const first = await appendToLog(tx, pending, now);
    const appended = pending.map(({ id }, at) => ({ id, index: first + at }));
    await markAppended(tx, appended);
    return pending.length;
  });
}

/** Appends statements in their order and gives the index of the first; the caller holds the log. */
export async function appendToLog(tx: Tx, statements: readonly Statement[], now: number): Promise<number> {
  const size = await logSize(tx);
  const heads = await headsOf(tx, statements);
  const rows = statements.map((statement, at) => entryAfter(heads, statement, { index: size + at, now }));
  await insertEntries(tx, rows);
  await growTree(tx, size, rows);
  await saveStreamHeads(tx, [...heads.values()]);
  return size;
}

async function headsOf(tx: Tx, statements: readonly Statement[]): Promise<Map<string, StreamHead>> {
  const subjects = [...new Set(statements.map(({ subject }) => subject))];
  const found = await readStreamHeads(
    tx,
    subjects.map((subject) => fromHex(streamOf(subject))),
  );
  return new Map(found.map((head) => [head.subject, head]));
}

/** The entry that says this next in its stream; moves the stream's head on to it. */
function entryAfter(
  heads: Map<string, StreamHead>,
  statement: Statement,
  { index, now }: { index: number; now: number },
): LogEntry {
  const last = heads.get(statement.subject);
  const [salt, bodySalt] = [randomBytes(saltLength), randomBytes(saltLength)];
  const body = toHex(sha256(concatBytes(bodySalt, utf8(statement.body))));
  const header = { kind: statement.kind, from: statement.fromMs, to: statement.toMs, body };
  const entry: Entry = {
    v: 1,
    stream: streamOf(statement.subject),
    seq: last ? last.seq + 1 : 0,
    prev: last ? toHex(last.leaf) : NO_PREVIOUS,
    commit: saltedHash(toHex(salt), header),
  };
  const leaf = fromHex(entryLeaf(entry));
  const stream = fromHex(entry.stream);
  heads.set(statement.subject, { stream, seq: entry.seq, leaf, subject: statement.subject });
  return {
    ...statementColumns(statement),
    ...{ index, stream, seq: entry.seq, prev: fromHex(entry.prev), commit: fromHex(entry.commit), leaf },
    ...{ salt: new Uint8Array(salt), bodySalt: new Uint8Array(bodySalt), appendedAt: now },
  };
}

/** Only the columns of an entry: what waits has more. */
function statementColumns({ subject, kind, fromMs, toMs, body }: Statement): Statement {
  return { subject, kind, fromMs, toMs, body };
}

async function growTree(tx: Tx, size: number, rows: readonly LogEntry[]): Promise<void> {
  const known = await readNodes(tx, nodesNeededForRoot(BigInt(size)));
  const fresh = new Map<string, Uint8Array>();
  const read = (level: number, index: bigint) => fresh.get(`${level}/${index}`) ?? known(level, index);
  const nodes: TreeNode[] = [];
  for (const { index, leaf } of rows) {
    for (const node of completedNodes(BigInt(index), leaf, read)) {
      fresh.set(`${node.level}/${node.index}`, node.hash);
      nodes.push(node);
    }
  }
  await insertNodes(tx, nodes);
}
