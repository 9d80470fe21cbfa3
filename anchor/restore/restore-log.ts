import { AppError } from "#domain/errors.ts";
import { ChainView } from "#domain/log/chain-view.ts";
import { formatCheckpoint, signCheckpoint } from "#domain/log/checkpoint.ts";
import { growTiles } from "#domain/log/tile.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { AnchorState } from "#store/anchor-jobs.ts";
import { readChainState, saveChainState } from "#store/chain-state.ts";
import { insertCheckpoint } from "#store/checkpoints.ts";
import type { Store, Tx } from "#store/connect.ts";
import { holdLog, insertEntries, type LogEntry, type StreamHead, saveStreamHeads } from "#store/entries.ts";
import { beginInboxAfter } from "#store/inbox-days.ts";
import { recordedTiles, saveTiles } from "#store/log-tiles.ts";
import {
  type AnchoredPlace,
  dropAppended,
  filledLogTables,
  insertJobs,
  noteSealedWindows,
} from "#store/restored-log.ts";
import { LogReplay } from "../audit/replay-log.ts";
import { headsSubject } from "../heads-keeper.ts";
import type { SigningKey } from "../keys.ts";
import type { HeadsBody } from "../plan-checkpoint.ts";
import { rootAt } from "../tree.ts";
import { readAnchored } from "./read-anchored.ts";
import { readCopy } from "./read-copy.ts";
import { type LogOnChain, type VouchedRoots, vouchedRoots } from "./vouched-roots.ts";

/** What a log is restored from, and by whom. */
export interface RestoreRequest {
  readonly store: Store;
  /** A second place (`MIRROR_DIR`), or a copy of one. */
  readonly from: string;
  readonly origin: string;
  readonly logKey: Pick<SigningKey, "privateKey" | "publicKey">;
  /** Null only where somebody decided that nobody is asked. */
  readonly chain: LogOnChain | null;
  /** Take also entries that neither the chain nor a checkpoint vouches for. */
  readonly unvouched: boolean;
  /** Epoch ms. */
  readonly now: number;
  readonly onProgress?: (entries: number) => void;
}

/** What came back; sizes in entries. */
export interface RestoredLog {
  readonly size: number;
  readonly checkpoints: number;
  /** How many of the entries the chain or a signed checkpoint stands for. */
  readonly vouched: number;
  /** How many entries the contract's head holds; null where no chain was asked. */
  readonly anchored: number | null;
  /** How many anchors the chain's events name; null where it gave none: the days' seals stay closed then. */
  readonly events: number | null;
  /** Whether the inbox is shorter than the log covers: its next message comes after that now. */
  readonly isInboxShorter: boolean;
  /** How many windows of the register's equipment were noted as sealed. */
  readonly windows: number;
  /** How many waiting entries were dropped, as the log has them already. */
  readonly dropped: number;
}

const entriesAtOnce = 500;

/**
 * Restores the log from its second place into records that have none, and believes nothing of it that can be computed: every
 * entry against what it committed to, each stream's order, the heads, and the roots that the chain and the log's own key vouch
 * for. All in one transaction: what fails
 * or is killed leaves nothing, and can be repeated.
 * @throws AppError CONFLICT with what is wrong with the copy, or that the records have a log; ChainError
 */
export async function restoreLog(request: RestoreRequest): Promise<RestoredLog> {
  const { store, from, origin, logKey, chain } = request;
  const vouched = await vouchedRoots(from, { origin, publicKey: logKey.publicKey, chain });
  return store.as({ role: "worker" }, async (tx) => {
    await holdLog(tx);
    await refuseFilled(tx);
    const log = new Restoring(tx, request, vouched);
    for await (const rows of readCopy(from)) {
      for (const row of rows) await log.add(row);
      request.onProgress?.(log.size);
    }
    return log.end();
  });
}

async function refuseFilled(tx: Tx): Promise<void> {
  const filled = await filledLogTables(tx);
  if (filled.length === 0) return;
  throw new AppError(
    "CONFLICT",
    `the records have a log already (${filled.join(", ")}): nothing was restored`,
  );
}

/** A log while it is restored. */
class Restoring {
  readonly #tx: Tx;
  readonly #request: RestoreRequest;
  readonly #vouched: VouchedRoots;
  readonly #replay: LogReplay;
  /** Entries after the newest tree that a heads entry closed. */
  #open: LogEntry[] = [];
  #written = 0;
  /** The last message that any tree covers. */
  #covered = 0;
  readonly #closed: { size: number; root: Uint8Array; createdAt: number }[] = [];

  constructor(tx: Tx, request: RestoreRequest, vouched: VouchedRoots) {
    this.#tx = tx;
    this.#request = request;
    this.#vouched = vouched;
    this.#replay = new LogReplay(() => null, vouched.roots);
  }

  get size(): number {
    return this.#written + this.#open.length;
  }

  async add(row: LogEntry): Promise<void> {
    this.#replay.add(row);
    this.#refuseFindings();
    this.#open.push(row);
    if (row.subject === headsSubject) await this.#closeTree(row);
  }

  async end(): Promise<RestoredLog> {
    const { now, chain, unvouched } = this.#request;
    if (this.size === 0)
      throw new AppError("NOT_FOUND", `there are no entries of a log in ${this.#request.from}`);
    await this.#write(now);
    this.#replay.end();
    this.#refuseFindings();
    const { size: vouched, chain: heads } = this.#vouched;
    if (this.#written > vouched && !unvouched) throw this.#unvouched(vouched);
    const places = chain === null ? null : await this.#readPlaces(chain);
    await insertJobs(this.#tx, this.#jobs(places));
    if (chain !== null) await this.#keepChain(chain);
    return {
      ...{ size: this.#written, checkpoints: this.#closed.length, vouched },
      ...{ anchored: heads?.latest ?? null, events: places?.size ?? null },
      isInboxShorter: await beginInboxAfter(this.#tx, this.#covered),
      ...{ windows: await noteSealedWindows(this.#tx), dropped: await dropAppended(this.#tx) },
    };
  }

  /** The checkpoint as it was: the same key signs the same text the same way. */
  async #closeTree({ body, toMs: createdAt }: LogEntry): Promise<void> {
    await this.#write(createdAt);
    const { origin, logKey } = this.#request;
    const size = this.#written;
    const root = await rootAt(this.#tx, size);
    const text = formatCheckpoint({ origin, size: BigInt(size), root });
    const note = signCheckpoint(text, { name: origin, privateKey: logKey.privateKey });
    const { inbox } = JSON.parse(body ?? "") as HeadsBody;
    await insertCheckpoint(this.#tx, { size, root, note, createdAt, inboxTo: inbox.to });
    this.#covered = inbox.to;
    this.#closed.push({ size, root, createdAt });
  }

  /** When an entry was appended isn't in the copy: no later than its tree was closed. */
  async #write(appendedAt: number): Promise<void> {
    const rows = this.#open.map((row) => ({ ...row, appendedAt }));
    for (let at = 0; at < rows.length; at += entriesAtOnce)
      await insertEntries(this.#tx, rows.slice(at, at + entriesAtOnce));
    const leaves = rows.map(({ leaf }) => leaf);
    await saveTiles(
      this.#tx,
      await growTiles(BigInt(this.#written), leaves, recordedTiles(this.#tx), fastSha256),
    );
    await saveStreamHeads(this.#tx, newestOf(rows));
    this.#written += rows.length;
    this.#open = [];
  }

  #refuseFindings(): void {
    const [first] = this.#replay.findings;
    if (first !== undefined)
      throw new AppError(
        "CONFLICT",
        `the copy is not the log's: ${first.detail} (${first.kind}); nothing was restored`,
      );
  }

  #unvouched(vouched: number): AppError {
    const words = `the copy holds ${this.#written} entries, and chain and checkpoint vouch for ${vouched} only`;
    return new AppError("CONFLICT", `${words}: --unvouched takes the rest on trust; nothing was restored`);
  }

  /** Without the events all else can be restored: the report says that they are missing. */
  async #readPlaces(chain: LogOnChain): Promise<Map<number, AnchoredPlace> | null> {
    return readAnchored(chain, this.#closed[0]?.createdAt ?? 0).catch((error) => {
      if (error instanceof AppError) return null;
      throw error;
    });
  }

  /** The contract that the log goes on in, where the records don't know it. */
  async #keepChain({ rpc, contract, logId }: LogOnChain): Promise<void> {
    if ((await readChainState(this.#tx)) !== null) return;
    const view = new ChainView(rpc, contract, logId);
    const found = { chainId: await view.chainId(), codeHash: await view.codeHash() };
    const deployedAt = this.#closed[0]?.createdAt ?? this.#request.now;
    await saveChainState(this.#tx, { ...found, contract, logId, origin: this.#request.origin, deployedAt });
  }

  #jobs(places: ReadonlyMap<number, AnchoredPlace> | null) {
    return this.#closed.map(({ size: newSize, root, createdAt }, at) => {
      const oldSize = this.#closed[at - 1]?.size ?? 0;
      return { newSize, oldSize, root, createdAt, ...this.#onChain(newSize, places?.get(newSize)) };
    });
  }

  /** The head itself is left for the worker's first round to find: that reads the days' seals again, too. */
  #onChain(size: number, place: AnchoredPlace | undefined): { state: AnchorState } & Partial<AnchoredPlace> {
    const { latest, finalized } = this.#vouched.chain ?? { latest: 0, finalized: 0 };
    if (size >= latest) return { state: "planned" };
    if (place === undefined) return { state: "superseded" };
    return { state: size <= finalized ? "final" : "included", ...place };
  }
}

function newestOf(rows: readonly LogEntry[]): StreamHead[] {
  const newest = new Map(
    rows.map(({ stream, seq, leaf, subject }) => [subject, { stream, seq, leaf, subject }]),
  );
  return [...newest.values()];
}
