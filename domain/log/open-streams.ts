/** Recomputing a bundle's streams: what its entries say, bound leaf by leaf to the anchored heads. */

import type { DayProof, HeadsLeaf, Proofs, ReadingRow, Stretch, StretchEntry } from "./bundle.ts";
import { fromHex, toHex } from "./bytes.ts";
import { commitmentOf, type Entry, entryLeaf, NO_PREVIOUS, saltedHash, streamOf } from "./entry.ts";
import { type Sha256, verifyInclusion } from "./merkle.ts";
import { type HeadsProof, verifyHeads } from "./prefix-tree.ts";

/** An entry whose place in the log is proved; `body` is undefined when it was erased or not opened. */
export interface ProvedEntry {
  readonly stream: string;
  readonly seq: number;
  readonly leaf: string;
  readonly header: { readonly kind: string; readonly from: number; readonly to: number } | null;
  readonly body: unknown;
  readonly readings: readonly ReadingRow[] | null;
  /** When the entry was on chain at the latest (epoch ms); null when only the newest anchor covers it. */
  readonly sealedAt: number | null;
}

/** A stretch of one stream with every entry proved; `present` is false for a stream the log has never seen. */
export interface ProvedStream {
  readonly stream: string;
  readonly from: number;
  readonly present: boolean;
  readonly entries: readonly ProvedEntry[];
  /** When the day was anchored whose heads end it (epoch ms); null where it runs to the newest heads. */
  readonly endsAt: number | null;
  /** How far the stream had come by each day's seal of the bundle: time (epoch ms) and last sequence, −1 for none. */
  readonly seen: readonly { readonly at: number; readonly seq: number }[];
}

/** Whether every entry of a stream is there, from its first to the newest. */
export function isWhole(stream: ProvedStream): boolean {
  return stream.endsAt === null && stream.from === 0;
}

/** Why a bundle's streams do not follow from its heads. */
export class StreamFault extends Error {
  readonly result:
    | "SUBJECT_MISMATCH"
    | "TAMPERED"
    | "BAD_PATH"
    | "FORK_DETECTED"
    | "ANCHOR_UNPROVED"
    | "MALFORMED";
  constructor(result: StreamFault["result"], message: string) {
    super(message);
    this.name = "StreamFault";
    this.result = result;
  }
}

const headsStream = streamOf("urn:coldmark:heads");

/** The prefix-tree root that a `heads` leaf states, after its place as last leaf of the tree is proved. */
export function headsRootOf(heads: HeadsLeaf, size: bigint, root: Uint8Array, sha256?: Sha256): Uint8Array {
  const { seq, prev, opening } = heads;
  const leaf = leafOf({ stream: headsStream, seq, prev, commit: commitmentOf(opening, sha256) }, sha256);
  const proof = heads.path.map(fromHex);
  if (!verifyInclusion({ index: size - 1n, size, leafHash: fromHex(leaf), proof, root }, sha256)) {
    throw new StreamFault(
      "BAD_PATH",
      "the heads entry is not the last leaf of the tree under the checkpoint",
    );
  }
  const stated = (opening.body as { root?: unknown } | null)?.root;
  if (opening.header.kind !== "heads" || typeof stated !== "string") {
    throw new StreamFault("MALFORMED", "the last leaf is not an entry of kind heads");
  }
  return fromHex(stated);
}

/** Every stretch of the bundle proved against the newest heads and each day's; throws StreamFault. */
export function openStreams(
  bundle: Pick<Proofs, "days" | "streams">,
  newestRoot: Uint8Array,
  sha256?: Sha256,
): ProvedStream[] {
  refuseTwice(
    "day",
    bundle.days.map(({ day }) => day),
  );
  refuseTwice(
    "stream",
    bundle.streams.map(({ stream }) => stream),
  );
  const days = [...bundle.days].sort((a, b) => a.day - b.day);
  const dayRoots = new Map(
    days.map((day) => [day.day, headsRootOf(day.heads, BigInt(day.size), fromHex(day.root), sha256)]),
  );
  const headsOf = { newestRoot, dayRoots, sha256 };
  return bundle.streams.map((stretch) => {
    const leaves = leavesOf(stretch, sha256);
    const present = checkEnd(stretch, leaves, headsOf);
    const seenByDay = days.map((day) => ({ day, seq: checkDay(stretch, leaves, day, headsOf) }));
    checkOrder(seenByDay.map(({ seq }) => seq));
    const seen = seenByDay.map(({ day, seq }) => ({ at: day.anchoredAt, seq }));
    const endsAt = days.find(({ day }) => day === stretch.end)?.anchoredAt ?? null;
    return { ...provedStream(stretch, leaves, seen), present, endsAt, seen };
  });
}

/** Of two statements about one day only one could be held against the chain. */
function refuseTwice(what: string, names: readonly (string | number)[]): void {
  if (new Set(names).size < names.length) throw new StreamFault("MALFORMED", `a ${what} is shown twice`);
}

/** Entries that a stretch names by leaf hash, keyed by that hash. */
export function openReferences(
  bundle: Pick<Proofs, "references">,
  sha256?: Sha256,
): Map<string, ProvedEntry> {
  return new Map(
    bundle.references.map(({ stream, seq, prev, opening }) => {
      const leaf = leafOf({ stream, seq, prev, commit: commitmentOf(opening, sha256) }, sha256);
      const entry = {
        stream,
        seq,
        leaf,
        header: opening.header,
        body: opening.body,
        readings: null,
        sealedAt: null,
      };
      return [leaf, entry];
    }),
  );
}

function leavesOf(stretch: Stretch, sha256?: Sha256): string[] {
  if (stretch.from === 0 && stretch.prev !== NO_PREVIOUS) {
    throw new StreamFault("TAMPERED", "a stream's first entry follows nothing");
  }
  const { stream, from } = stretch;
  let prev = stretch.prev;
  return stretch.entries.map((entry, index) => {
    prev = leafOf({ stream, seq: from + index, prev, commit: commitOf(entry, sha256) }, sha256);
    return prev;
  });
}

function commitOf(entry: StretchEntry, sha256?: Sha256): string {
  if ("commit" in entry) return entry.commit;
  return "bodySalt" in entry ? commitmentOf(entry, sha256) : saltedHash(entry.salt, entry.header, sha256);
}

function leafOf(entry: Omit<Entry, "v">, sha256?: Sha256): string {
  return entryLeaf({ v: 1, ...entry }, sha256);
}

/** The prefix-tree roots that streams are held against, and what hashes. */
interface HeadsRoots {
  readonly newestRoot: Uint8Array;
  readonly dayRoots: ReadonlyMap<number, Uint8Array>;
  readonly sha256: Sha256 | undefined;
}

/** Whether the log holds the stream, after comparing the stretch with the head where it ends. */
function checkEnd(
  stretch: Stretch,
  leaves: readonly string[],
  { newestRoot, dayRoots, sha256 }: HeadsRoots,
): boolean {
  const root = stretch.end === "newest" ? newestRoot : dayRoots.get(stretch.end);
  if (root === undefined)
    throw new StreamFault("MALFORMED", `no day ${stretch.end} in the bundle to end a stretch at`);
  const head = readHead(root, stretch.stream, stretch.head, sha256);
  if (
    head === null
      ? leaves.length > 0 || stretch.from > 0
      : head.leaf !== leaves.at(-1) || head.seq !== stretch.from + leaves.length - 1
  ) {
    throw new StreamFault("TAMPERED", `the entries of stream ${stretch.stream} are not those under its head`);
  }
  return head !== null;
}

/** The sequence that the day's heads give the stream (−1: none yet), after comparing it with the stretch. */
function checkDay(
  stretch: Stretch,
  leaves: readonly string[],
  day: DayProof,
  { dayRoots, sha256 }: HeadsRoots,
): number {
  const proof = day.streams[stretch.stream];
  if (proof === undefined)
    throw new StreamFault("BAD_PATH", `day ${day.day} leaves stream ${stretch.stream} out`);
  const head = readHead(dayRoots.get(day.day)!, stretch.stream, proof, sha256);
  if (head === null) return -1;
  const expected = head.seq === stretch.from - 1 ? stretch.prev : leaves[head.seq - stretch.from];
  const beyond = stretch.end !== "newest" && day.day > stretch.end;
  const before = head.seq < stretch.from - 1;
  if (!beyond && !before && expected !== head.leaf) {
    throw new StreamFault("FORK_DETECTED", `stream ${stretch.stream} had another history on day ${day.day}`);
  }
  return head.seq;
}

function checkOrder(seqs: readonly number[]): void {
  if (seqs.some((seq, index) => index > 0 && seq < (seqs[index - 1] ?? -1))) {
    throw new StreamFault("FORK_DETECTED", "a stream grew shorter from one day to the next");
  }
}

function readHead(
  root: Uint8Array,
  stream: string,
  proof: HeadsProof,
  sha256?: Sha256,
): { seq: number; leaf: string } | null {
  const found = verifyHeads(root, fromHex(stream), proof, sha256);
  if (found === null) throw new StreamFault("BAD_PATH", `the heads tree does not prove stream ${stream}`);
  return found.present ? { seq: found.seq, leaf: toHex(found.leaf) } : null;
}

function provedStream(
  stretch: Stretch,
  leaves: readonly string[],
  seen: ProvedStream["seen"],
): Pick<ProvedStream, "stream" | "from" | "entries"> {
  const sealedAt = (seq: number) => seen.find((day) => day.seq >= seq)?.at ?? null;
  const entries = stretch.entries.map((entry, index) => ({
    stream: stretch.stream,
    seq: stretch.from + index,
    leaf: leaves[index]!,
    header: "header" in entry ? entry.header : null,
    body: "bodySalt" in entry ? entry.body : undefined,
    readings: "readings" in entry ? (entry.readings ?? null) : null,
    sealedAt: sealedAt(stretch.from + index),
  }));
  return { stream: stretch.stream, from: stretch.from, entries };
}
