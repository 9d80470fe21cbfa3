import { setImmediate as othersTurn } from "node:timers/promises";
import { profileOf } from "#domain/coldchain/profiles.ts";
import { AppError } from "#domain/errors.ts";
import { type PointSummary, summarizeWindow } from "#domain/provenance/window-summary.ts";
import type { Store } from "#store/connect.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { readSourceMessages, type SourceMessage } from "#store/source-messages.ts";
import { type PlacedPoint, readPlacedPoints, type Stay, type Window } from "#store/windows.ts";
import { dataRoot } from "./data-root.ts";
import { earlierRosters, type RosteredEquipment } from "./equipment-rosters.ts";
import type { AnchorContext } from "./settings.ts";
import { type SourceBody, sourcesOf } from "./window-sources.ts";
import { type DoorBody, doorOf, powerOf } from "./window-switches.ts";

/** How many equipments' readings are asked for at the same time. */
const staysAtOnce = 8;
/** Where the equipments of one time hold more readings, the messages behind them are read for each by itself. */
const readingsAtOnce = 200_000;
/** A longer run is composed in parts, so that an equipment's back-fill is never held whole. */
const windowsPerRun = 24;

/** A claimed window of an equipment. */
export interface ClaimedWindow {
  readonly window: Window;
  readonly equipment: RosteredEquipment;
}

/** What a `segment` or `late` entry says of its window. */
export interface SealedBody {
  /** The leaf of the newest roster, whose settings its numbers follow from. */
  readonly roster: string;
  /** Leaves of those before it that were in force during the window; absent from windows sealed in the first form. */
  readonly earlierRosters?: readonly string[];
  readonly points: readonly PointSummary[];
  readonly door: DoorBody | null;
  readonly power: { readonly lossMs: number } | null;
  readonly data: string;
  readonly sources: readonly SourceBody[];
}

/** A window with what is to be sealed of it. */
export interface SealedWindow extends ClaimedWindow {
  readonly body: SealedBody;
}

/** What of a window its readings decide. */
type WindowFacts = Pick<SealedBody, "points" | "door" | "power" | "data">;

type Limits = Pick<RosteredEquipment, "scope" | "profile" | "profileVersion" | "lowerMilliC" | "upperMilliC">;

/** Equipment whose windows can't be composed now, and why. */
export interface FailedEquipment {
  readonly equipment: RosteredEquipment;
  readonly error: unknown;
}

/** What of the claimed windows could be composed, oldest first; windows in neither list weren't tried. */
export interface Composed {
  readonly sealed: readonly SealedWindow[];
  readonly failed: readonly FailedEquipment[];
}

/**
 * Reads what windows hold and composes their bodies: a few equipments at a time, however many are claimed, whose shared
 * messages are asked for once. Equipment that fails holds up its own later windows only; where all of some fail, the rest
 * isn't tried.
 */
export async function composeWindows(
  context: Pick<AnchorContext, "store" | "readings">,
  claimed: readonly ClaimedWindow[],
): Promise<Composed> {
  const sealed: SealedWindow[] = [];
  const failed = new Map<string, FailedEquipment>();
  const runs = runsOf(claimed);
  for (let at = 0; at < runs.length; at += staysAtOnce) {
    const some = runs.slice(at, at + staysAtOnce).filter(([first]) => !failed.has(subjectOf(first)));
    const composed = await composeSome(context, some).catch(() => composeEach(context, some, failed));
    sealed.push(...composed);
    if (composed.length === 0 && some.length > 0) break;
  }
  return { sealed: sealed.sort((a, b) => a.window.fromMs - b.window.fromMs), failed: [...failed.values()] };
}

/** Some of these can't be composed: each by itself shows which. */
async function composeEach(
  context: Pick<AnchorContext, "store" | "readings">,
  runs: readonly ClaimedWindow[][],
  failed: Map<string, FailedEquipment>,
): Promise<SealedWindow[]> {
  const sealed: SealedWindow[] = [];
  for (const run of runs) {
    const { equipment } = run[0] as ClaimedWindow;
    if (failed.has(equipment.subject)) continue;
    try {
      sealed.push(...(await composeSome(context, [run])));
    } catch (error) {
      failed.set(equipment.subject, { equipment, error });
    }
  }
  return sealed;
}

function subjectOf(claimed: ClaimedWindow | undefined): string {
  return claimed?.equipment.subject ?? "";
}

async function composeSome(
  context: Pick<AnchorContext, "store" | "readings">,
  runs: readonly ClaimedWindow[][],
): Promise<SealedWindow[]> {
  const stays = await readStays(context, runs.map(spanOf));
  const held = runs.map((run, at) => ({ run, stay: stays[at] as StayFacts }));
  const sum = stays.reduce((n, { rows }) => n + rows.length, 0);
  const groups = sum > readingsAtOnce ? held.map((one) => [one]) : [held];
  const sealed: SealedWindow[] = [];
  for (const group of groups) {
    const ids = group.flatMap(({ stay }) => stay.rows.map(({ inboxId }) => inboxId));
    const messages = await messagesById(context.store, ids);
    for (const { run, stay } of group) {
      sealed.push(...(await composeRun(context.store, run, { ...stay, messages })));
      await othersTurn();
    }
  }
  return sealed;
}

/** What an equipment's time held: the points that lay in it, and its readings. */
interface StayFacts {
  readonly points: readonly PlacedPoint[];
  readonly rows: readonly Reading[];
}

/** The readings of each equipment in its [from, to) with the points that lay in it then, in the order of the stays. */
export async function readStays(
  { store, readings }: Pick<AnchorContext, "store" | "readings">,
  stays: readonly Stay[],
): Promise<StayFacts[]> {
  const placed = await store.as({ role: "worker" }, (tx) => readPlacedPoints(tx, stays));
  const facts: StayFacts[] = [];
  for (let at = 0; at < stays.length; at += staysAtOnce) {
    const some = stays.slice(at, at + staysAtOnce).map(async ({ tenantId, equipmentId, from, to }, next) => {
      const points = placed[at + next] ?? [];
      const names = [...new Set(points.map(({ point }) => point))];
      const rows = await readings.range({ tenant: tenantId, points: names, from, to });
      return { points, rows: rows.filter((row) => row.equipmentId === equipmentId) };
    });
    facts.push(...(await Promise.all(some)));
  }
  return facts;
}

/** What a window's readings say; `rows` are those of this window only. */
function factsOf(
  { fromMs, toMs }: Pick<Window, "fromMs" | "toMs">,
  equipment: Limits,
  points: readonly PlacedPoint[],
  rows: readonly Reading[],
): WindowFacts {
  const holdMaxMs = holdMaxOf(equipment);
  const places = pointsIn({ fromMs, toMs }, points, rows);
  const { lowerMilliC, upperMilliC } = equipment;
  return {
    points: summarizeWindow({
      from: fromMs,
      to: toMs,
      points: places,
      rows,
      lowerMilliC,
      upperMilliC,
      holdMaxMs,
    }),
    door: doorOf(rows, toMs, holdMaxMs),
    power: powerOf(rows, toMs, holdMaxMs),
    data: dataRoot(rows),
  };
}

/** Windows of one equipment that follow one another without a gap, up to a number. */
function runsOf(claimed: readonly ClaimedWindow[]): ClaimedWindow[][] {
  const runs: ClaimedWindow[][] = [];
  const groups = Map.groupBy(claimed, ({ equipment }) => equipment.subject);
  for (const group of groups.values()) {
    let last: ClaimedWindow | null = null;
    for (const next of group.toSorted((a, b) => a.window.fromMs - b.window.fromMs)) {
      const run = runs.at(-1) ?? [];
      if (last?.window.toMs === next.window.fromMs && run.length < windowsPerRun) run.push(next);
      else runs.push([next]);
      last = next;
    }
  }
  return runs;
}

function spanOf(run: readonly ClaimedWindow[]): Stay {
  const [first, last] = [run[0] as ClaimedWindow, run.at(-1) as ClaimedWindow];
  const { tenantId, equipmentId, fromMs } = first.window;
  return { tenantId, equipmentId, from: fromMs, to: last.window.toMs };
}

async function composeRun(
  store: Store,
  run: readonly ClaimedWindow[],
  { points, rows, messages }: StayFacts & { readonly messages: ReadonlyMap<number, SourceMessage> },
): Promise<SealedWindow[]> {
  const rowsOf = Map.groupBy(rows, ({ ts }) => run.findIndex(({ window }) => ts < window.toMs));
  const sealed: SealedWindow[] = [];
  for (const [at, { window, equipment }] of run.entries()) {
    const own = rowsOf.get(at) ?? [];
    const facts = factsOf(window, equipment, points, own);
    const sources = await sourcesOf(store, messagesBehind(own, messages));
    const rosters = { roster: equipment.roster, earlierRosters: earlierRosters(equipment, window) };
    sealed.push({ window, equipment, body: { ...rosters, ...facts, sources } });
  }
  return sealed;
}

/** The messages of these inbox ids, by id. */
export async function messagesById(
  store: Store,
  ids: readonly number[],
): Promise<Map<number, SourceMessage>> {
  const wanted = [...new Set(ids)];
  const messages = await store.as({ role: "worker" }, (tx) => readSourceMessages(tx, wanted));
  return new Map(messages.map((message) => [message.inboxId, message]));
}

/** The messages that readings came with. */
export function messagesBehind(
  rows: readonly Reading[],
  messages: ReadonlyMap<number, SourceMessage>,
): SourceMessage[] {
  return [...new Set(rows.map(({ inboxId }) => inboxId))].flatMap((id) => messages.get(id) ?? []);
}

/** The points that lay in the equipment during the window, or spoke from it, each with its calibration of the time. */
function pointsIn(
  { fromMs, toMs }: Pick<Window, "fromMs" | "toMs">,
  placed: readonly PlacedPoint[],
  rows: readonly Reading[],
): { point: string; calibratedUntil: number | null }[] {
  const present = placed.filter(({ since, until }) => since < toMs && (until === null || until > fromMs));
  const points = new Set([...present, ...rows].map(({ point }) => point));
  return [...points].map((point) => {
    const certificates = placed.find((place) => place.point === point)?.calibrations ?? [];
    const valid = certificates.filter(({ calibratedAt }) => calibratedAt < toMs);
    return {
      point,
      calibratedUntil: valid.length === 0 ? null : Math.max(...valid.map((c) => c.validUntil)),
    };
  });
}

/** The longest a reading speaks for: the profile's recording interval. */
function holdMaxOf({ profile, profileVersion, scope }: Limits): number {
  const rules = profileOf(profile, profileVersion);
  if (rules === null) throw new AppError("INTERNAL", `no rule profile ${profile} ${profileVersion}`);
  return rules.scopes[scope].recordIntervalMs.value;
}
