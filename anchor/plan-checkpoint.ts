import { toHex } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { formatCheckpoint, signCheckpoint } from "#domain/log/checkpoint.ts";
import { GrowingRoot } from "#domain/log/growing-root.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import { insertPlannedJob } from "#store/anchor-jobs.ts";
import { insertCheckpoint, newestCheckpoint, type StoredCheckpoint } from "#store/checkpoints.ts";
import type { Tx } from "#store/connect.ts";
import { holdLog, logSize, waitingFrom } from "#store/entries.ts";
import { newestInboxId, readInboxHashes } from "#store/inbox-hashes.ts";
import { appendToLog } from "./append-entries.ts";
import { headsSubject, keepHeads } from "./heads-keeper.ts";
import type { AnchorConfig, AnchorContext } from "./settings.ts";
import { rootAt } from "./tree.ts";

/** What the last leaf of an anchored tree says (design §5, Heads). */
export interface HeadsBody {
  readonly root: string;
  readonly streams: number;
  /** Over the messages with inbox ids `from` … `to`, both included; `to` = `from` − 1 where none came. */
  readonly inbox: {
    readonly root: string;
    readonly count: number;
    readonly from: number;
    readonly to: number;
  };
}

/** A planned anchor: size and root of the log. */
export interface PlannedTree {
  readonly size: number;
  readonly root: Uint8Array;
}

const hashesAtOnce = 10_000;

/**
 * Closes the log with a `heads` entry, signs the checkpoint and plans its anchor, all in one transaction, once one is
 * due: the oldest entry waits too long, too many wait, or an urgent one. `force` plans for any new entry.
 * Null while nothing is due; a tree that only a `heads` entry would make larger is never planned.
 */
export async function planCheckpoint(
  { store, config, clock }: AnchorContext,
  { logKey, force }: { logKey: { privateKey: Uint8Array }; force: boolean },
): Promise<PlannedTree | null> {
  return store.as({ role: "worker" }, async (tx) => {
    await holdLog(tx);
    const now = clock();
    const last = await newestCheckpoint(tx);
    const waiting = await waitingFrom(tx, last?.size ?? 0);
    if (waiting.count === 0 || !(force || isDue(waiting, config, now))) return null;
    const inboxTo = await closeTree(tx, last, now);
    const size = await logSize(tx);
    const root = await rootAt(tx, size);
    const body = formatCheckpoint({ origin: config.logOrigin, size: BigInt(size), root });
    const note = signCheckpoint(body, { name: config.logOrigin, privateKey: logKey.privateKey });
    await insertCheckpoint(tx, { size, root, note, createdAt: now, inboxTo });
    await insertPlannedJob(tx, { newSize: size, oldSize: last?.size ?? 0, root, createdAt: now });
    return { size, root };
  });
}

function isDue(
  waiting: { count: number; since: number | null; urgentSince: number | null },
  config: Pick<AnchorConfig, "anchorMaxAgeMs" | "anchorMaxEntries" | "anchorUrgentMs">,
  now: number,
): boolean {
  const waited = (since: number | null) => (since === null ? -1 : now - since);
  return (
    waited(waiting.since) >= config.anchorMaxAgeMs ||
    waiting.count >= config.anchorMaxEntries ||
    waited(waiting.urgentSince) >= config.anchorUrgentMs
  );
}

/** Appends the `heads` entry and gives the last message it covers. */
async function closeTree(tx: Tx, last: StoredCheckpoint | null, now: number): Promise<number> {
  const { root, streams } = await keepHeads(tx, await logSize(tx));
  const after = last?.inboxTo ?? 0;
  const upTo = Math.max(after, await newestInboxId(tx));
  const messages = await inboxRoot(tx, { after, upTo });
  const inbox = { root: toHex(messages.root()), count: messages.size, from: after + 1, to: upTo };
  const body: HeadsBody = { root: toHex(root), streams, inbox };
  const times = { fromMs: last?.createdAt ?? now, toMs: now };
  await appendToLog(tx, [{ subject: headsSubject, kind: "heads", ...times, body: canonicalize(body) }], now);
  return upTo;
}

async function inboxRoot(tx: Tx, range: { after: number; upTo: number }): Promise<GrowingRoot> {
  const root = new GrowingRoot(fastSha256);
  for (let after = range.after; after < range.upTo; ) {
    const page = await readInboxHashes(tx, { after, upTo: range.upTo, limit: hashesAtOnce });
    for (const { sha256 } of page) root.add(sha256);
    after = page.at(-1)?.id ?? range.upTo;
  }
  return root;
}
