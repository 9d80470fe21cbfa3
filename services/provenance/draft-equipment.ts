/** What an equipment's bundle shows of the log: its stretch, the site's stream, and the seals it relies on. */
import { AppError } from "#domain/errors.ts";
import type { Bundle, HeadsLeaf, Stretch } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { NO_PREVIOUS, streamOf } from "#domain/log/entry.ts";
import type { HeadsTree } from "#domain/log/prefix-tree.ts";
import { equipmentSubject } from "#domain/log/subjects.ts";
import type { WindowBody } from "#domain/provenance/bodies.ts";
import { stretchTailMs } from "#domain/provenance/policy.ts";
import { siteStreamsOf } from "#domain/provenance/require-all-shown.ts";
import type { Tx } from "#store/connect.ts";
import {
  type AnchoredTree,
  findAnchoredTree,
  findFirstWindow,
  type LogRow,
  listByLeaf,
  listSeals,
  listStream,
  listStretch,
} from "#store/stretches.ts";
import { chainTo } from "./chain-to.ts";
import { rosterLeaves } from "./equipment-stretch.ts";
import type { HeadsWalk } from "./heads-walk.ts";
import { entryOf, openingOf } from "./opening-of.ts";
import { sealedRows } from "./sealed-readings.ts";

/** More readings than a verifier would take are not begun. */
const rowsMax = 4_000_000;
const dayMs = 86_400_000;

/** A window whose readings travel: what they were sealed with. */
export interface DraftedWindow {
  readonly from: number;
  readonly to: number;
  readonly data: string;
  readonly rows: number;
  readonly points: readonly string[];
}

/** An equipment's bundle but for its days' proofs and its readings, which are many. */
export interface EquipmentDraft {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly tree: AnchoredTree;
  readonly heads: HeadsLeaf;
  readonly days: Awaited<ReturnType<typeof listSeals>>;
  readonly streams: readonly Stretch[];
  readonly references: Bundle["references"];
  readonly windows: readonly DraftedWindow[];
}

/** What is asked for; times in epoch ms. */
interface Asked {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** The draft at the newest anchored size; null where that knows nothing of the equipment. @throws AppError TOO_LARGE */
export async function draftEquipment(tx: Tx, walk: HeadsWalk, asked: Asked): Promise<EquipmentDraft | null> {
  const tree = await findAnchoredTree(tx);
  if (tree === null) return null;
  const days = await relied(tx, tree.size, asked.from);
  const own = await ownStretch(tx, walk, { tree, days }, asked);
  if (own === null) return null;
  const windows = windowsOf(own.rows, asked);
  const named = await listByLeaf(tx, rosterLeaves(own.stretch.entries, own.rows));
  const heads = await walk.at(tx, tree.size);
  const sites = await siteStretches(tx, heads.tree, tree.size, [...named, ...own.rows]);
  return {
    ...{ ...asked, tree, heads: heads.leaf, days, windows },
    streams: [own.stretch, ...sites],
    references: named.flatMap((row) => {
      const opening = openingOf(row);
      return opening === null
        ? []
        : [{ stream: toHex(row.stream), seq: row.seq, prev: toHex(row.prev), opening }];
    }),
  };
}

/** The seals from the day of `from` on, and the newest before it. */
async function relied(tx: Tx, size: number, from: number): Promise<EquipmentDraft["days"]> {
  const seals = await listSeals(tx, size);
  const before = seals.findLastIndex(({ day }) => day < Math.floor(from / dayMs));
  return seals.slice(Math.max(0, before));
}

async function ownStretch(
  tx: Tx,
  walk: HeadsWalk,
  { tree, days }: Pick<EquipmentDraft, "tree" | "days">,
  { label, from, to }: Asked,
): Promise<{ stretch: Stretch; rows: readonly LogRow[] } | null> {
  const stream = fromHex(streamOf(equipmentSubject(label)));
  // The earlier first: the walk goes forward.
  const sealed = days.findLast(({ anchoredAt }) => anchoredAt <= from);
  const before = sealed === undefined ? -1 : ((await walk.at(tx, sealed.size)).tree.proof(stream).seq ?? -1);
  const last = days.find(({ anchoredAt }) => anchoredAt >= to + stretchTailMs);
  const head = (await walk.at(tx, last?.size ?? tree.size)).tree.proof(stream);
  if (head.seq === undefined) return null;
  const window = sealed === undefined ? 0 : await findFirstWindow(tx, stream, { from, to, size: tree.size });
  const first = Math.min(window ?? 0, before + 1, head.seq);
  const rows = chainTo(head, await listStretch(tx, stream, { from: first, to: head.seq, size: tree.size }));
  const entries = rows.map((row) => entryOf(row, !isWindow(row) || isIn(row, { from, to })));
  const prev = rows[0] === undefined ? NO_PREVIOUS : toHex(rows[0].prev);
  return {
    stretch: { stream: toHex(stream), from: first, prev, entries, end: last?.day ?? "newest", head },
    rows,
  };
}

async function siteStretches(
  tx: Tx,
  heads: HeadsTree,
  size: number,
  rows: readonly LogRow[],
): Promise<Stretch[]> {
  const rosters = rows
    .filter(({ kind }) => kind === "equipment")
    .map((row) => ({ body: openingOf(row)?.body }));
  const stretches: Stretch[] = [];
  for (const stream of siteStreamsOf(rosters)) {
    const head = heads.proof(fromHex(stream));
    const entries = chainTo(head, await listStream(tx, fromHex(stream), size)).map((row) =>
      entryOf(row, true),
    );
    stretches.push({ stream, from: 0, prev: NO_PREVIOUS, entries, end: "newest", head });
  }
  return stretches;
}

/** The newest version of each window of the time, in order. */
function windowsOf(rows: readonly LogRow[], span: { from: number; to: number }): DraftedWindow[] {
  const newest = new Map(
    rows.filter((row) => isWindow(row) && isIn(row, span)).map((row) => [row.fromMs, row]),
  );
  const windows = [...newest.values()].flatMap((row) => {
    const body = openingOf(row)?.body as WindowBody | undefined;
    return body === undefined ? [] : [windowOf(row, body)];
  });
  const readings = windows.reduce((sum, { rows: own }) => sum + own, 0);
  if (readings > rowsMax)
    throw new AppError(
      "TOO_LARGE",
      `${readings} readings are too many for one bundle: ask for a shorter time`,
    );
  return windows.sort((a, b) => a.from - b.from);
}

function windowOf({ fromMs, toMs }: LogRow, { data, points }: WindowBody): DraftedWindow {
  return { from: fromMs, to: toMs, data, rows: sealedRows(points), points: points.map(({ point }) => point) };
}

function isWindow({ kind }: LogRow): boolean {
  return kind === "segment" || kind === "late";
}

function isIn({ fromMs, toMs }: LogRow, { from, to }: { from: number; to: number }): boolean {
  return fromMs < to && toMs > from;
}
