/** A small log in memory for unit tests: appends entries, closes trees with heads, hands out bundles. */
import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import type { Bundle, DayProof, HeadsLeaf, OpenedEntry, ReadingRow, TrustFile } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { logIdOf } from "#domain/log/chain-view.ts";
import { formatCheckpoint, signCheckpoint, vkeyOf } from "#domain/log/checkpoint.ts";
import { commitmentOf, entryLeaf, NO_PREVIOUS, type Opening, streamOf } from "#domain/log/entry.ts";
import { inclusionProof, treeRoot } from "#domain/log/merkle.ts";
import { buildHeadsTree, type HeadsTree } from "#domain/log/prefix-tree.ts";

interface Row {
  readonly stream: string;
  readonly seq: number;
  readonly prev: string;
  readonly opening: Opening;
  readonly leaf: string;
  readonly readings?: readonly ReadingRow[];
}

interface ClosedTree {
  readonly size: number;
  readonly heads: HeadsTree;
  readonly leaf: HeadsLeaf;
  readonly root: Uint8Array;
}

const origin = "coldmark.test/log";
const headsSubject = "urn:coldmark:heads";

/** Appends, closes and bundles; key and salts are random as in the real log, unless `bytes` gives others. */
export class TestLog {
  readonly privateKey: Uint8Array;
  readonly rows: Row[] = [];
  readonly days = new Map<number, { at: number; tree: ClosedTree }>();
  readonly #bytes: (length: number) => Uint8Array;

  constructor(bytes: (length: number) => Uint8Array = randomBytes) {
    this.#bytes = bytes;
    this.privateKey = Uint8Array.from(bytes(32));
  }

  get trust(): TrustFile {
    return {
      chainId: 31337,
      contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
      codeHash: `0x${"11".repeat(32)}`,
      logId: logIdOf(origin),
      logKeys: [vkeyOf(origin, ed25519.getPublicKey(this.privateKey))],
      chainClass: "operator",
      profiles: [{ name: "CN-GSP", version: 1 }],
    };
  }

  append(
    subject: string,
    kind: string,
    span: { from: number; to: number },
    body: unknown,
    readings?: ReadingRow[],
  ): Row {
    const stream = streamOf(subject);
    const last = this.rows.findLast((row) => row.stream === stream);
    const [seq, prev] = last === undefined ? [0, NO_PREVIOUS] : [last.seq + 1, last.leaf];
    const salts = { salt: toHex(this.#bytes(16)), bodySalt: toHex(this.#bytes(16)) };
    const opening = { ...salts, header: { kind, ...span }, body };
    const leaf = entryLeaf({ v: 1, stream, seq, prev, commit: commitmentOf(opening) });
    const row = { stream, seq, prev, opening, leaf, ...(readings ? { readings } : {}) };
    this.rows.push(row);
    return row;
  }

  /** Closes the tree with a heads entry, as before an anchor. */
  close(at: number): ClosedTree {
    const heads = buildHeadsTree(this.#heads());
    const body = {
      root: toHex(heads.root),
      streams: this.#heads().length,
      inbox: { root: "0".repeat(64), count: 0, from: 0, to: 0 },
    };
    const row = this.append(headsSubject, "heads", { from: at, to: at }, body);
    const leaves = this.rows.map(({ leaf }) => fromHex(leaf));
    const path = inclusionProof(leaves, leaves.length - 1).map(toHex);
    const leaf = { seq: row.seq, prev: row.prev, opening: row.opening, path };
    return { size: leaves.length, heads, leaf, root: treeRoot(leaves) };
  }

  /** Closes the tree and keeps it as the seal of a UTC day. */
  sealDay(day: number, at: number): void {
    this.days.set(day, { at, tree: this.close(at) });
  }

  /** A bundle over all streams of the given subjects, whole, at the closed tree. */
  bundle(subject: string, subjects: readonly string[], tree: ClosedTree): Bundle {
    const note = formatCheckpoint({ origin, size: BigInt(tree.size), root: tree.root });
    const streams = [subject, ...subjects].map((subject) => streamOf(subject));
    return {
      v: 1,
      subject,
      view: "public",
      checkpoint: signCheckpoint(note, { name: origin, privateKey: this.privateKey }),
      heads: tree.leaf,
      anchor: { tx: null },
      days: [...this.days].map(([day, sealed]) => dayProof(day, sealed, streams)),
      streams: streams.map((stream) => ({
        stream,
        from: 0,
        prev: NO_PREVIOUS,
        entries: this.rows
          .slice(0, tree.size)
          .filter((row) => row.stream === stream)
          .map(opened),
        end: "newest" as const,
        head: tree.heads.proof(fromHex(stream)),
      })),
      references: [],
    };
  }

  #heads(): { stream: Uint8Array; seq: number; leaf: Uint8Array }[] {
    const newest = new Map<string, Row>();
    for (const row of this.rows) if (row.stream !== streamOf(headsSubject)) newest.set(row.stream, row);
    return [...newest.values()].map((row) => ({
      stream: fromHex(row.stream),
      seq: row.seq,
      leaf: fromHex(row.leaf),
    }));
  }
}

function opened(row: Row): OpenedEntry {
  return row.readings === undefined ? row.opening : { ...row.opening, readings: row.readings };
}

function dayProof(
  day: number,
  { at, tree }: { at: number; tree: ClosedTree },
  streams: readonly string[],
): DayProof {
  const proofs = streams.map((stream) => [stream, tree.heads.proof(fromHex(stream))]);
  return {
    day,
    size: tree.size,
    root: toHex(tree.root),
    anchoredAt: at,
    heads: tree.leaf,
    streams: Object.fromEntries(proofs),
  };
}
