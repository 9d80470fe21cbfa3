/** The verifier of equipment bundles (design §5): as that of packs' bundles, and every reading held against its window. */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import type { TrustFile, VerificationResult } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { logIdOf } from "#domain/log/chain-view.ts";
import { openCheckpoint } from "#domain/log/checkpoint.ts";
import { streamOf } from "#domain/log/entry.ts";
import {
  type EquipmentBundle,
  equipmentSpanMaxMs,
  parseEquipmentBundle,
} from "#domain/log/equipment-bundle.ts";
import { type Judgement, judgeAnchor } from "#domain/log/judge-anchor.ts";
import {
  headsRootOf,
  openReferences,
  openStreams,
  type ProvedStream,
  StreamFault,
} from "#domain/log/open-streams.ts";
import { inOrderOfTime, type ReadingColumns } from "#domain/log/reading-columns.ts";
import { parseReadingsCsv } from "#domain/log/readings-csv.ts";
import { equipmentSubject } from "#domain/log/subjects.ts";
import type { VerifyOptions } from "#domain/log/verify.ts";
import type { RosterBody } from "./bodies.ts";
import { checkSummary, type Differing } from "./check-summary.ts";
import { matchReadings, nameOf, type ShownWindow } from "./match-readings.ts";
import { requireAllShown, siteStreamsOf } from "./require-all-shown.ts";
import { requireFewPoints } from "./require-few-points.ts";
import { type Judging, judgingOf, type ShownRosters, shownRosters } from "./shown-rosters.ts";
import { type SitePlacement, sitePlacements } from "./site-placements.ts";

/** Windows × rosters that judge them: an equipment has a few for each. */
const judgingMax = 1_000_000;

/** A window with the roster that it was sealed under, and all that it is judged by. */
export interface RosteredWindow extends ShownWindow, Judging {
  readonly roster: RosterBody;
}

/** What an equipment bundle proves of [from, to). */
export interface EquipmentContents {
  readonly equipment: string;
  readonly from: number;
  readonly to: number;
  readonly stream: ProvedStream;
  /** Which sensors lay in it by the word of each site that it stood at. */
  readonly placements: readonly SitePlacement[];
  readonly windows: readonly RosteredWindow[];
  /** Those of all windows, in order of time: each lies in one of them. */
  readonly readings: ReadingColumns;
  readonly differing: readonly Differing[];
  readonly profiles: TrustFile["profiles"];
}

/** The outcome; `contents` is null where the bundle doesn't hold by itself. */
export interface EquipmentVerification extends Judgement {
  readonly contents: EquipmentContents | null;
}

/**
 * Checks an equipment bundle (its JSON text) from the trust file alone, and with `rpc` against the chain; `code` is the label
 * that the caller read off the equipment. Never throws.
 */
export async function verifyEquipmentBundle(
  text: string,
  options: VerifyOptions,
): Promise<EquipmentVerification> {
  let bundle: EquipmentBundle;
  try {
    bundle = parseEquipmentBundle(text);
  } catch (fault) {
    return ended("MALFORMED", (fault as Error).message);
  }
  if (options.trust === null) return ended("KEY_UNKNOWN", "without a trust file no key is known");
  try {
    return await checkBundle(bundle, { ...options, trust: options.trust });
  } catch (fault) {
    return ended(fault instanceof StreamFault ? fault.result : "MALFORMED", (fault as Error).message);
  }
}

async function checkBundle(
  bundle: EquipmentBundle,
  options: VerifyOptions & { trust: TrustFile },
): Promise<EquipmentVerification> {
  const note = openCheckpoint(bundle.checkpoint, options.trust.logKeys);
  if ("error" in note) return ended(note.error, "the checkpoint is not signed by a key of the trust file");
  if (logIdOf(note.origin) !== options.trust.logId.toLowerCase())
    return ended("KEY_UNKNOWN", "the checkpoint is of another log");
  if (options.code !== undefined && options.code.trim().toLowerCase() !== bundle.equipment)
    return ended("SUBJECT_MISMATCH", "the bundle is about other equipment");
  const newest = headsRootOf(bundle.heads, note.size, note.root, options.sha256);
  const contents = openContents(bundle, newest, options);
  await options.held?.(bundle, note);
  const tree = { size: Number(note.size), root: toHex(note.root) };
  const claim = { bundle, ...tree, firstDay: Math.floor(bundle.from / 86_400_000), revocation: null };
  return { ...(await judgeAnchor(claim, options)), contents };
}

function openContents(
  bundle: EquipmentBundle,
  newest: Uint8Array,
  { trust, sha256 = nobleSha256 }: VerifyOptions & { trust: TrustFile },
): EquipmentContents {
  const { equipment, from, to } = bundle;
  if (from >= to || to - from > equipmentSpanMaxMs)
    throw new StreamFault("MALFORMED", "the bundle's time is none, or longer than 400 days");
  const streams = openStreams(bundle, newest, sha256);
  const stream = streams.find((one) => one.stream === streamOf(equipmentSubject(equipment)));
  if (stream === undefined)
    throw new StreamFault("SUBJECT_MISMATCH", "the bundle does not show the equipment's stream");
  const references = openReferences(bundle, sha256);
  const rosters = shownRosters(stream, references.values());
  const entries = [...references.values(), ...stream.entries];
  const siteIds = siteStreamsOf(entries.filter(({ leaf }) => rosters.byLeaf.has(leaf)));
  requireAllShown(stream, streams, siteIds, bundle);
  const readings = inOrderOfTime(parseReadingsCsv(bundle.readings));
  const shown = matchReadings(stream, readings, bundle, sha256);
  const windows = withRosters(shown, rosters);
  const sites = streams.filter((one) => siteIds.includes(one.stream));
  const placements = sitePlacements(sites, stream.stream, bundle);
  requireFewPoints(windows, placements);
  const differing = windows.flatMap((window) => checkSummary(window, window.roster));
  const { profiles } = trust;
  return { equipment, from, to, stream, placements, windows, readings, differing, profiles };
}

/** The rosters that a window names are of the same equipment, and older than the window. */
function withRosters(windows: readonly ShownWindow[], rosters: ShownRosters): RosteredWindow[] {
  let left = judgingMax;
  return windows.map((window) => {
    const { entry, body, earlier } = window;
    const versions = earlier.map((version) => ({ seq: entry.seq, body: version }));
    const judging = judgingOf(rosters, window, [{ seq: entry.seq, body }, ...versions]);
    const roster = rosters.byLeaf.get(body.roster)?.body;
    if (judging === null || roster == null)
      throw new StreamFault("BAD_PATH", `${nameOf(window)} names a roster that is not shown`);
    left -= judging.rosters.length;
    if (left < 0) throw new StreamFault("MALFORMED", "too many rosters were in force at once");
    return { ...window, ...judging, roster };
  });
}

function ended(result: VerificationResult, reason: string): EquipmentVerification {
  return { result, asOf: null, reasons: [reason], contents: null };
}
