/**
 * The verifier of proof bundles (design §5): the same function in the command line, in the page and on the server.
 * It opens no socket and reads no clock; whoever calls hands in the trust file and, to go beyond offline, an RPC.
 */
import { canonicalEpc } from "../codes/epc.ts";
import type { Bundle, Proofs, TrustFile, VerificationResult } from "./bundle.ts";
import { toHex } from "./bytes.ts";
import { logIdOf, type Rpc, revocationSubject } from "./chain-view.ts";
import { checkReadings } from "./check-readings.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { LogTree } from "./compare-trees.ts";
import { streamOf } from "./entry.ts";
import { firstDayOf } from "./first-day.ts";
import { type Judgement, judgeAnchor } from "./judge-anchor.ts";
import type { Sha256 } from "./merkle.ts";
import {
  headsRootOf,
  isWhole,
  openReferences,
  openStreams,
  type ProvedEntry,
  type ProvedStream,
  StreamFault,
} from "./open-streams.ts";
import { parseBundle } from "./parse-bundle.ts";
import { type Lot, proveLot } from "./prove-lot.ts";

/** What a bundle proves once its streams are bound to the checkpoint's heads. */
export interface ProvedContents {
  readonly subject: string;
  readonly view: Bundle["view"];
  /** The lot of the pack, where it is known: its stream tells of a recall. */
  readonly lot: Lot | null;
  readonly streams: ReadonlyMap<string, ProvedStream>;
  /** Entries that others name by hash, keyed by leaf hash. */
  readonly references: ReadonlyMap<string, ProvedEntry>;
  /** The rule profiles that the trust file lets an equipment be judged by. */
  readonly profiles: TrustFile["profiles"];
}

/** The outcome; `asOf` is the time of the newest proven anchor (epoch ms), `contents` what was proved to be said. */
export interface Verification extends Judgement {
  readonly contents: ProvedContents | null;
}

/** What the caller brings: nothing of it is taken from the bundle. */
export interface VerifyOptions {
  readonly trust: TrustFile | null;
  readonly code?: string;
  readonly rpc?: Rpc;
  /** The oldest newest anchor that is still good; offline, the oldest statement of the log's key. */
  readonly maxAgeMs?: number;
  /** The caller's clock (epoch ms); without it age is told by the chain's newest block, and offline not at all. */
  readonly nowMs?: number;
  /** For the thousands of hashes of a month: a quicker one than the portable one, where the platform has it. */
  readonly sha256?: Sha256;
  /** Holds the bundle against a checkpoint that the caller got apart from it (`checkHeld`); rejects with StreamFault. */
  readonly held?: (bundle: Pick<Proofs, "days">, newest: LogTree) => Promise<void>;
}

/** Checks a proof bundle (its JSON text) from the trust file alone, and with `rpc` against the chain. Never throws. */
export async function verifyBundle(text: string, options: VerifyOptions): Promise<Verification> {
  let bundle: Bundle;
  try {
    bundle = parseBundle(text);
  } catch (fault) {
    return ended("MALFORMED", (fault as Error).message);
  }
  if (options.trust === null) return ended("KEY_UNKNOWN", "without a trust file no key is known");
  try {
    return await checkBundle(bundle, { ...options, trust: options.trust });
  } catch (fault) {
    if (fault instanceof StreamFault) return ended(fault.result, fault.message);
    return ended("MALFORMED", (fault as Error).message);
  }
}

async function checkBundle(
  bundle: Bundle,
  options: VerifyOptions & { trust: TrustFile },
): Promise<Verification> {
  const note = openCheckpoint(bundle.checkpoint, options.trust.logKeys);
  if ("error" in note) return ended(note.error, "the checkpoint is not signed by a key of the trust file");
  if (logIdOf(note.origin) !== options.trust.logId.toLowerCase())
    return ended("KEY_UNKNOWN", "the checkpoint is of another log");
  const subject = subjectOf(bundle, options.code);
  if (subject === null) return ended("SUBJECT_MISMATCH", "the bundle is about another code");
  const newest = headsRootOf(bundle.heads, note.size, note.root, options.sha256);
  const opened = openStreams(bundle, newest, options.sha256);
  const streams = new Map(opened.map((stream) => [stream.stream, stream]));
  const code = streams.get(streamOf(subject));
  if (code === undefined || !isWhole(code)) {
    return ended("SUBJECT_MISMATCH", "the bundle does not show the code's stream from its beginning to now");
  }
  const lot = proveLot(streams, subject, options.code);
  for (const stream of streams.values()) checkReadings(stream, options.sha256);
  await options.held?.(bundle, note);
  const { profiles } = options.trust;
  const references = openReferences(bundle, options.sha256);
  const contents = { subject, view: bundle.view, lot, streams, references, profiles };
  return await anchor(bundle, contents, { size: Number(note.size), root: toHex(note.root) }, code, options);
}

async function anchor(
  bundle: Bundle,
  contents: ProvedContents,
  tree: { size: number; root: string },
  code: ProvedStream,
  options: VerifyOptions & { trust: TrustFile },
): Promise<Verification> {
  const { lot } = contents;
  const headers = code.entries.map(({ header }) => header);
  const claim = {
    ...{ bundle, ...tree, firstDay: firstDayOf(headers, lastAbsent(bundle, code)) },
    revocation: lot === null ? null : revocationSubject(lot.gtin, lot.lot),
  };
  return { ...(await judgeAnchor(claim, options)), contents };
}

/** The newest day of the bundle under whose seal the stream isn't there yet. */
function lastAbsent({ days }: Bundle, { seen }: ProvedStream): number | null {
  const absent = seen.filter(({ seq }) => seq < 0).length;
  // What is seen stands in the order of days, and no stream grows shorter.
  return days.map(({ day }) => day).sort((a, b) => a - b)[absent - 1] ?? null;
}

/** The canonical EPC that the caller's code and the bundle agree on; null when they do not. */
function subjectOf(bundle: Bundle, code: string | undefined): string | null {
  if (code === undefined) return bundle.subject;
  return canonicalEpc(code) === bundle.subject ? bundle.subject : null;
}

function ended(result: VerificationResult, reason: string): Verification {
  return { result, asOf: null, reasons: [reason], contents: null };
}
