import { profileOf } from "#domain/coldchain/profiles.ts";
import { AppError } from "#domain/errors.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import { type PointSummary, summarizeWindow } from "#domain/provenance/window-summary.ts";
import type { Tx } from "#store/connect.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { readSourceMessages, type SourceMessage } from "#store/window-sources.ts";
import { type PlacedPoint, readPlacedPoints, type Window } from "#store/windows.ts";
import type { RosteredEquipment } from "./equipment-rosters.ts";
import type { AnchorContext } from "./settings.ts";
import { type SourceBody, sourcesOf } from "./window-sources.ts";
import { type DoorBody, doorOf, powerOf } from "./window-switches.ts";

/** A claimed window of an equipment. */
export interface ClaimedWindow {
  readonly window: Window;
  readonly equipment: RosteredEquipment;
}

/** What a `segment` or `late` entry says of its window. */
export interface SealedBody {
  readonly roster: string;
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

/** Reads what windows hold and composes their bodies; neighbouring windows of an equipment are read at once. */
export async function composeWindows(
  context: Pick<AnchorContext, "store" | "readings">,
  claimed: readonly ClaimedWindow[],
): Promise<SealedWindow[]> {
  const sealed: SealedWindow[] = [];
  for (const run of runsOf(claimed)) sealed.push(...(await composeRun(context, run)));
  return sealed.sort((a, b) => a.window.fromMs - b.window.fromMs);
}

/** The readings of an equipment in [from, to) with the points that lay in it then. */
export async function readStay(
  { store, readings }: Pick<AnchorContext, "store" | "readings">,
  place: { tenantId: string; equipmentId: string; from: number; to: number },
): Promise<{ points: PlacedPoint[]; rows: Reading[] }> {
  const points = await store.as({ role: "worker" }, (tx) => readPlacedPoints(tx, place));
  const range = { tenant: place.tenantId, points: [...new Set(points.map(({ point }) => point))] };
  const rows = await readings.range({ ...range, from: place.from, to: place.to });
  return { points, rows: rows.filter((row) => row.equipmentId === place.equipmentId) };
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
    data: readingsRoot(rows.map((row) => [row.point, row.ts, row.tMilliC, row.err])),
  };
}

/** Windows of one equipment that follow one another without a gap. */
function runsOf(claimed: readonly ClaimedWindow[]): ClaimedWindow[][] {
  const runs: ClaimedWindow[][] = [];
  const groups = Map.groupBy(claimed, ({ equipment }) => equipment.subject);
  for (const group of groups.values()) {
    let last: ClaimedWindow | null = null;
    for (const next of group.toSorted((a, b) => a.window.fromMs - b.window.fromMs)) {
      if (last?.window.toMs === next.window.fromMs) runs.at(-1)?.push(next);
      else runs.push([next]);
      last = next;
    }
  }
  return runs;
}

async function composeRun(
  context: Pick<AnchorContext, "store" | "readings">,
  run: readonly ClaimedWindow[],
): Promise<SealedWindow[]> {
  const [first, last] = [run[0] as ClaimedWindow, run.at(-1) as ClaimedWindow];
  const { tenantId, equipmentId, fromMs } = first.window;
  const stay = await readStay(context, { tenantId, equipmentId, from: fromMs, to: last.window.toMs });
  const rowsOf = Map.groupBy(stay.rows, ({ ts }) => run.findIndex(({ window }) => ts < window.toMs));
  return context.store.as({ role: "worker" }, async (tx) => {
    const messages = await messagesById(tx, stay.rows);
    const sealed: SealedWindow[] = [];
    for (const [at, { window, equipment }] of run.entries()) {
      const rows = rowsOf.get(at) ?? [];
      const facts = factsOf(window, equipment, stay.points, rows);
      const sources = await sourcesOf(tx, messagesBehind(rows, messages));
      sealed.push({ window, equipment, body: { roster: equipment.roster, ...facts, sources } });
    }
    return sealed;
  });
}

async function messagesById(tx: Tx, rows: readonly Reading[]): Promise<Map<number, SourceMessage>> {
  const messages = await readSourceMessages(tx, [...new Set(rows.map(({ inboxId }) => inboxId))]);
  return new Map(messages.map((message) => [message.inboxId, message]));
}

function messagesBehind(
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
