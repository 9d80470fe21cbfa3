import { equalBytes, fromHex, toBase64, toHex } from "#domain/log/bytes.ts";
import { NO_PREVIOUS } from "#domain/log/entry.ts";
import { GrowingRoot } from "#domain/log/growing-root.ts";
import { buildHeadsTree } from "#domain/log/prefix-tree.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { StoredCheckpoint } from "#store/checkpoints.ts";
import type { LogEntry } from "#store/entries.ts";
import { headsSubject } from "../heads-keeper.ts";
import type { HeadsBody } from "../plan-checkpoint.ts";
import { entryFault, isErased, leafOf } from "./check-entry.ts";
import { type Finding, type FindingKind, timeText } from "./finding.ts";

/** A state of the log that was made public: from a checkpoint or from the chain. */
export interface PublicRoot {
  readonly size: number;
  readonly root: Uint8Array;
  readonly where: string;
}

/**
 * Reads the whole log again, in order, believing nothing that can be recomputed: that contents are there and what was
 * committed to, each stream's sequence and chain, heads entries against the streams as they were, roots against what was made public.
 * A stream's first version is the true one: whatever is appended beside it is refused.
 */
export class LogReplay {
  readonly findings: Finding[] = [];
  readonly inboxRanges: HeadsBody["inbox"][] = [];
  readonly #equipmentOf: (subject: string) => string | null;
  readonly #publicRoots: ReadonlyMap<number, readonly PublicRoot[]>;
  readonly #tree = new GrowingRoot(fastSha256);
  readonly #lastOf = new Map<string, { seq: number; leaf: Uint8Array }>();
  readonly #heads = buildHeadsTree([], fastSha256);
  #next = 0;
  #isWhole = true;
  #doHeadsFollow = true;

  constructor(equipmentOf: (subject: string) => string | null, publicRoots: readonly PublicRoot[]) {
    this.#equipmentOf = equipmentOf;
    this.#publicRoots = Map.groupBy(publicRoots, ({ size }) => size);
  }

  /** Whether no entry was missing so far. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Checks the next entry in log order, and gives its leaf hash as its public part has it. */
  add(row: LogEntry): Uint8Array {
    this.#checkIndex(row);
    const leaf = leafOf(row);
    const fault = entryFault(row, leaf);
    if (fault !== null) this.#find("ENTRY_CHANGED", row, `entry ${row.index}: ${fault}`);
    if (isErased(row)) this.#find("CONTENT_ERASED", row, erasedWords(row));
    if (row.subject === headsSubject && fault === null) this.#checkHeads(row);
    this.#follow(row, leaf);
    this.#tree.addLeaf(leaf);
    if (this.#isWhole) this.#checkRoots(this.#publicRoots.get(this.#tree.size) ?? []);
    return leaf;
  }

  /** Ends the replay: what was made public of a larger log than this one is missing here. */
  end(): void {
    for (const { size, where } of [...this.#publicRoots.values()].flat()) {
      if (size <= this.#next) continue;
      this.#findAnywhere("ROOT_DIFFERS", `${where} holds ${size} entries, the log has ${this.#next}`);
    }
  }

  #checkIndex(row: LogEntry): void {
    if (row.index !== this.#next) {
      this.#isWhole = false;
      this.#find(
        "SEQUENCE_BROKEN",
        row,
        `the entries ${this.#next} to ${row.index - 1} are missing before it`,
      );
    }
    this.#next = row.index + 1;
  }

  #follow(row: LogEntry, leaf: Uint8Array): void {
    const stream = toHex(row.stream);
    const last = this.#lastOf.get(stream);
    const expected = last === undefined ? 0 : last.seq + 1;
    if (row.seq < expected) {
      this.#find(
        "SEQUENCE_BROKEN",
        row,
        `entry ${row.index} is a second version of sequence ${row.seq} of its stream`,
      );
      return;
    }
    const prev = last === undefined ? fromHex(NO_PREVIOUS) : last.leaf;
    if (row.seq > expected) {
      this.#find(
        "SEQUENCE_BROKEN",
        row,
        `sequence ${expected} of its stream is missing before entry ${row.index}`,
      );
    } else if (!equalBytes(row.prev, prev)) {
      this.#find("SEQUENCE_BROKEN", row, `entry ${row.index} does not name the one before it in its stream`);
    }
    this.#lastOf.set(stream, { seq: row.seq, leaf });
    if (row.subject !== headsSubject) this.#heads.set({ stream: row.stream, seq: row.seq, leaf });
  }

  #checkHeads(row: LogEntry): void {
    if (row.body === null) return;
    const body = JSON.parse(row.body) as HeadsBody;
    this.inboxRanges.push(body.inbox);
    if (!this.#doHeadsFollow || body.root === toHex(this.#heads.root)) return;
    this.#doHeadsFollow = false;
    this.#findAnywhere(
      "HEADS_DO_NOT_FOLLOW",
      `entry ${row.index} names other newest entries of the streams than the log has`,
    );
  }

  #checkRoots(claims: readonly PublicRoot[]): void {
    if (claims.length === 0) return;
    const root = this.#tree.root();
    for (const claim of claims) {
      if (equalBytes(claim.root, root)) continue;
      this.#findAnywhere(
        "ROOT_DIFFERS",
        `${claim.where} holds another root at size ${claim.size} than these entries give`,
      );
    }
  }

  #find(kind: FindingKind, row: LogEntry, detail: string): void {
    const isWindow = row.kind === "segment" || row.kind === "late";
    const at = isWindow ? ` (window ${timeText(row.fromMs)} to ${timeText(row.toMs)})` : "";
    const window = isWindow ? row.fromMs : null;
    this.findings.push({ kind, equipment: this.#equipmentOf(row.subject), window, detail: detail + at });
  }

  #findAnywhere(kind: FindingKind, detail: string): void {
    this.findings.push({ kind, equipment: null, window: null, detail });
  }
}

/** Erasing is itself an entry (design §5), and nothing writes such entries yet: whatever lacks its content lost it in silence. */
function erasedWords({ index, kind, subject }: LogEntry): string {
  return `the content of entry ${index} (${kind} of ${subject}) was erased, and no entry says so`;
}

/** What a checkpoint made public, in its row and in the text that was signed. */
export function rootsOfCheckpoint({ size, root, note }: StoredCheckpoint): PublicRoot[] {
  const signed = note.split("\n")[2] ?? "";
  const roots = [{ size, root, where: `checkpoint ${size}` }];
  const isSame = signed === toBase64(root) && note.split("\n")[1] === String(size);
  return isSame
    ? roots
    : [...roots, { size, root: new Uint8Array(32), where: `the signed text of checkpoint ${size}` }];
}
