/** A whole copy of the log, from anywhere, against the checkpoint its key signed and the head that the chain keeps. */
import type { TrustFile, VerificationResult } from "./bundle.ts";
import { toHex } from "./bytes.ts";
import { type ChainHead, ChainView, logIdOf, type Rpc } from "./chain-view.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import type { LogTree } from "./compare-trees.ts";
import type { Opening } from "./entry.ts";
import { LogReplay, type ReplayCount } from "./log-replay.ts";

/** An entry of the log by its bytes, with what opens it where that is known (only a `heads` entry's is used). */
export interface LoggedEntry {
  readonly bytes: Uint8Array;
  readonly opening: Opening | null;
}

/** A copy of the log: its newest signed note, and its entries up to a size, in order. */
export interface LogCopy {
  readonly note: string;
  entries(size: number): AsyncIterable<LoggedEntry>;
}

/** How a replay ended; `asOf` (epoch ms) is when the newest head was anchored that the entries lead to. */
export interface ReplayOutcome {
  readonly result: VerificationResult;
  readonly asOf: number | null;
  readonly reasons: readonly string[];
  readonly count: ReplayCount | null;
}

/** What the caller brings besides the copy. */
interface ReplayOptions {
  readonly trust: TrustFile;
  readonly rpc?: Rpc;
  /** A checkpoint of the log that the caller got apart from the copy. */
  readonly held?: LogTree;
}

interface Heads {
  readonly finalized: ChainHead;
  readonly latest: ChainHead;
  /** The last UTC day that counts of a log that was retired (design §5); null of one that wasn't. */
  readonly lastDay: number | null;
}

const dayMs = 86_400_000;

type Judgement = Omit<ReplayOutcome, "count">;

/**
 * Reads every entry of a copy and says whether it is the log that was signed, keeps the log's own rules, and leads to the
 * chain's head. @throws what reading the copy throws: of a copy with a hole nothing is said
 */
export async function replayLog(copy: LogCopy, { trust, rpc, held }: ReplayOptions): Promise<ReplayOutcome> {
  const signed = openCheckpoint(copy.note, trust.logKeys);
  if ("error" in signed)
    return { ...ended(signed.error, "the checkpoint is not signed by a key of the trust file"), count: null };
  if (logIdOf(signed.origin) !== trust.logId.toLowerCase())
    return { ...ended("KEY_UNKNOWN", "the checkpoint is of another log"), count: null };
  const heads = rpc === undefined ? null : await headsOf(trust, rpc);
  if (heads !== null && "result" in heads) return { ...heads, count: null };
  const size = Number(signed.size);
  const replay = new LogReplay([
    size,
    Number(held?.size ?? 0),
    heads?.finalized.size ?? 0,
    heads?.latest.size ?? 0,
  ]);
  for await (const { bytes, opening } of copy.entries(size)) replay.add(bytes, opening);
  const judged = judgeCopy(replay, signed, held) ?? judgeHeads(replay, signed, heads);
  return { ...judged, count: replay.count };
}

async function headsOf(trust: TrustFile, rpc: Rpc): Promise<Heads | Judgement> {
  const chain = new ChainView(rpc, trust.contract, trust.logId);
  try {
    if ((await chain.chainId()) !== trust.chainId)
      return ended("CHAIN_UNREACHABLE", "the endpoint speaks for another chain than the trust file names");
    if ((await chain.codeHash()) !== trust.codeHash.toLowerCase())
      return ended(
        "ANCHOR_UNPROVED",
        "the contract at that address has other code than the trust file names",
      );
    const [finalized, latest] = [await chain.head("finalized"), await chain.head("latest")];
    return { finalized, latest, lastDay: latest.isRetired ? (await chain.retirement()).day : null };
  } catch (fault) {
    return ended("CHAIN_UNREACHABLE", `the chain could not be asked: ${(fault as Error).message}`);
  }
}

/** What is wrong with the copy itself; null where nothing is. */
function judgeCopy(replay: LogReplay, signed: Checkpoint, held: LogTree | undefined): Judgement | null {
  if (replay.rootAt(Number(signed.size)) !== toHex(signed.root) && signed.size > 0n)
    return ended("TAMPERED", "the entries are not those under the signed root");
  const [fault] = replay.faults;
  if (fault !== undefined)
    return { ...ended(fault.result), reasons: replay.faults.map(({ words }) => words) };
  if (held === undefined || held.size === 0n) return null;
  if (held.size > signed.size)
    return ended(
      "ANCHOR_UNPROVED",
      `the copy ends at ${signed.size} entries, before the ${held.size} of the checkpoint handed in`,
    );
  return replay.rootAt(Number(held.size)) === toHex(held.root)
    ? null
    : ended("FORK_DETECTED", `the checkpoint of size ${held.size} is of another history than the copy`);
}

/** Every head that the chain keeps must be a beginning of the copy; the newest final one says how far it is proved. */
function judgeHeads(replay: LogReplay, { size }: Checkpoint, heads: Heads | null): Judgement {
  if (heads === null) return ended("VALID_PROVISIONAL", "checked offline: the chain was not asked");
  const within = [heads.finalized, heads.latest].filter((head) => head.size > 0 && head.size <= Number(size));
  const foreign = within.find((head) => replay.rootAt(head.size) !== head.root);
  if (foreign !== undefined)
    return ended("FORK_DETECTED", `the chain holds another root for the first ${foreign.size} entries`);
  const { lastDay } = heads;
  const [head] = within.filter(({ anchoredAt }) => lastDay === null || anchoredAt < (lastDay + 1) * dayMs);
  if (head === undefined && within.length > 0)
    return ended(
      "ANCHOR_UNPROVED",
      `the log was retired, and its head was anchored after day ${lastDay}, the last that counts`,
    );
  if (head === undefined) {
    return heads.latest.size === 0
      ? ended("NOT_ANCHORED_YET", "nothing of the log is on the chain yet")
      : ended(
          "ANCHOR_UNPROVED",
          `the copy ends at ${size} entries, the chain's head is at ${heads.latest.size}`,
        );
  }
  const result = head === heads.finalized ? "VALID_FINAL" : "VALID_PROVISIONAL";
  const retired =
    lastDay === null ? [] : [`the log was retired: what counts is anchored up to day ${lastDay}`];
  const reasons = [`${head.size} of ${size} entries are on the chain`, ...retired];
  return { result, asOf: head.anchoredAt, reasons };
}

function ended(result: VerificationResult, ...reasons: string[]): Judgement {
  return { result, asOf: null, reasons };
}
