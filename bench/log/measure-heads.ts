import { randomBytes } from "node:crypto";
import { keepHeads } from "#anchor/heads-keeper.ts";
import { changeHeads } from "#domain/log/heads-pages.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import { insertEntries, type LogEntry } from "#store/entries.ts";
import { type readHeadsPages, saveHeadsPages } from "#store/heads-pages.ts";

const asWorker = { role: "worker" } as const;
const pagesAtOnce = 20_000;
const nothing = new Uint8Array(32);

/** What one change of the heads tree took. */
export interface HeadsChange {
  readonly ms: number;
  readonly pages: number;
}

/**
 * How long the heads tree takes to follow the log, store and commit included: `changed` entries of random streams among
 * `streams` were appended since it was last kept. Nothing is held in memory between two rounds, so each is as after a restart.
 */
export async function measureHeads(
  store: Store,
  { streams, changed, rounds }: { streams: number; changed: number; rounds: number },
): Promise<HeadsChange[]> {
  const ids = new Uint8Array(randomBytes(32 * streams));
  await fillHeads(store, ids);
  const changes: HeadsChange[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round * changed;
    const rows = Array.from({ length: changed }, (_, at) => entryOf(idAt(ids, pick(streams)), first + at));
    await store.as(asWorker, (tx) => insertEntries(tx, rows));
    const began = performance.now();
    await store.as(asWorker, (tx) => keepHeads(tx, first + changed));
    const ms = performance.now() - began;
    changes.push({ ms, pages: await store.as(asWorker, (tx) => pagesOf(tx, first + changed)) });
  }
  return changes;
}

async function pagesOf(tx: Parameters<typeof readHeadsPages>[0], size: number): Promise<number> {
  const found = await tx.execute<{ count: number }>(
    `select count(*)::bigint as count from heads_tree where size = ${size}`,
  );
  return found.rows[0]?.count ?? 0;
}

async function fillHeads(store: Store, ids: Uint8Array): Promise<void> {
  const heads = Array.from({ length: ids.length / 32 }, (_, at) => ({
    stream: idAt(ids, at),
    seq: 0,
    leaf: nothing,
  }));
  const { pages } = await changeHeads(heads, async () => new Map(), fastSha256);
  const all = [...pages];
  for (let from = 0; from < all.length; from += pagesAtOnce) {
    const some = new Map(all.slice(from, from + pagesAtOnce));
    await store.as(asWorker, (tx) => saveHeadsPages(tx, some, 0));
  }
}

/** An entry as far as the heads tree looks at it; sequence numbers rise with the log, so that none comes twice. */
function entryOf(stream: Uint8Array, index: number): LogEntry {
  return {
    ...{
      index,
      stream,
      seq: index + 1,
      prev: nothing,
      commit: nothing,
      leaf: new Uint8Array(randomBytes(32)),
    },
    ...{
      subject: "",
      kind: "segment",
      fromMs: 0,
      toMs: 0,
      salt: null,
      bodySalt: null,
      body: null,
      appendedAt: 0,
    },
  };
}

/** Ids lie in one run of bytes: a million small arrays would be the garbage collector's work in every round. */
function idAt(ids: Uint8Array, at: number): Uint8Array {
  return ids.slice(32 * at, 32 * (at + 1));
}

function pick(below: number): number {
  return Math.floor(Math.random() * below);
}
