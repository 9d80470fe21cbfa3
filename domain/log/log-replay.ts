/**
 * The whole log read again from its first entry (design §5, promise 2): the root of every state that somebody signed or
 * anchored, each stream's order, and what the `heads` entries said of it. Whoever does this needs to trust nobody.
 */
import { fromHex, toHex } from "./bytes.ts";
import { canonicalize } from "./canonical.ts";
import { commitmentOf, type Entry, entryLeaf, NO_PREVIOUS, type Opening, streamOf } from "./entry.ts";
import { GrowingRoot } from "./growing-root.ts";
import { buildHeadsTree } from "./prefix-tree.ts";
import { hex, integer, oneOf, record, requireShape } from "./shape.ts";
import { parseStrictJson } from "./strict-json.ts";

/** Where the log breaks its own rules (two histories in it, or something that is no entry), or the copy shows it wrongly. */
export interface ReplayFault {
  readonly result: "FORK_DETECTED" | "MALFORMED" | "TAMPERED";
  readonly words: string;
}

/** What was read: how many entries and streams, and how many `heads` entries could be held against the streams. */
export interface ReplayCount {
  readonly entries: number;
  readonly streams: number;
  readonly headsChecked: number;
  readonly headsClosed: number;
}

const headsStream = streamOf("urn:coldmark:heads");
const hash = hex(32);
const entryShape = record({ v: oneOf(1), stream: hash, seq: integer(0), prev: hash, commit: hash });
const limits = { maxBytes: 2_000, maxDepth: 2 };
const faultsMax = 100;

/** Reads a log entry by entry; keeps one head for each stream and one hash for each level of the tree. */
export class LogReplay {
  readonly #tree = new GrowingRoot();
  readonly #last = new Map<string, { seq: number; leaf: string }>();
  readonly #heads = buildHeadsTree([]);
  readonly #wanted: ReadonlySet<number>;
  readonly #roots = new Map<number, string>();
  readonly #faults: ReplayFault[] = [];
  #headsChecked = 0;
  #headsClosed = 0;

  /** @param sizes the sizes at which the root will be asked for */
  constructor(sizes: Iterable<number>) {
    this.#wanted = new Set(sizes);
  }

  /** Reads the next entry by its bytes in the log; `opening` is what opens a `heads` entry, where it is known. */
  add(bytes: Uint8Array, opening: Opening | null = null): void {
    const index = this.#tree.size;
    this.#tree.add(bytes);
    const entry = entryOf(bytes);
    if (entry === null) this.#found(index, "is not an entry in canonical form", "MALFORMED");
    else this.#follow(index, entry, opening);
    if (this.#wanted.has(index + 1)) this.#roots.set(index + 1, toHex(this.#tree.root()));
  }

  /** The root (hex) at one of the sizes that were asked for; null where the log did not reach it. */
  rootAt(size: number): string | null {
    return this.#roots.get(size) ?? null;
  }

  /** The first faults, in the order of the log. */
  get faults(): readonly ReplayFault[] {
    return this.#faults;
  }

  get count(): ReplayCount {
    const [entries, streams] = [this.#tree.size, this.#last.size];
    return { entries, streams, headsChecked: this.#headsChecked, headsClosed: this.#headsClosed };
  }

  #follow(index: number, entry: Entry, opening: Opening | null): void {
    const { stream, seq, prev } = entry;
    const last = this.#last.get(stream) ?? { seq: -1, leaf: NO_PREVIOUS };
    if (seq <= last.seq) this.#found(index, `is a second entry ${seq} of stream ${stream}`);
    else if (seq > last.seq + 1)
      this.#found(index, `is entry ${seq} of stream ${stream}, where ${last.seq + 1} follows`);
    else if (prev !== last.leaf) this.#found(index, `does not follow entry ${last.seq} of stream ${stream}`);
    if (stream === headsStream) this.#checkHeads(index, entry, opening);
    const leaf = entryLeaf(entry);
    if (seq > last.seq) this.#last.set(stream, { seq, leaf });
    if (seq > last.seq && stream !== headsStream)
      this.#heads.set({ stream: fromHex(stream), seq, leaf: fromHex(leaf) });
  }

  #checkHeads(index: number, { commit }: Entry, opening: Opening | null): void {
    if (opening === null) {
      this.#headsClosed += 1;
      return;
    }
    this.#headsChecked += 1;
    const { root } = opening.body as { root?: unknown };
    if (commitmentOf(opening) !== commit)
      this.#found(index, "is a heads entry that its opening does not open", "TAMPERED");
    else if (root !== toHex(this.#heads.root))
      this.#found(index, "is a heads entry with another root than the streams before it have");
  }

  #found(index: number, words: string, result: ReplayFault["result"] = "FORK_DETECTED"): void {
    if (this.#faults.length < faultsMax)
      this.#faults.push({ result, words: `entry ${index} of the log ${words}` });
  }
}

function entryOf(bytes: Uint8Array): Entry | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = parseStrictJson(text, limits);
    requireShape(value, entryShape);
    return canonicalize(value) === text ? (value as Entry) : null;
  } catch {
    return null;
  }
}
