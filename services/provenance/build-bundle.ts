/** Building a pack's proof bundle at the newest anchored size, never at the newest checkpoint (design §5). */
import type { Bundle, DayProof, Stretch } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { NO_PREVIOUS, streamOf } from "#domain/log/entry.ts";
import { firstDayOf } from "#domain/log/first-day.ts";
import type { Tx } from "#store/connect.ts";
import {
  findAnchoredTree,
  findEquipmentByLabel,
  findFirstWindow,
  type LogRow,
  listByLeaf,
  listSeals,
  listStretch,
} from "#store/stretches.ts";
import { chainTo } from "./chain-to.ts";
import { type Draft, draftPack } from "./draft.ts";
import {
  attachReadings,
  type EquipmentStays,
  lastMomentOf,
  openStays,
  rosterLeaves,
  type WantedReadings,
  wantedReadings,
} from "./equipment-stretch.ts";
import type { AnchoredHeads, HeadsTrees } from "./heads-trees.ts";
import { entryOf, openingOf } from "./opening-of.ts";
import type { PackQuestion, ProvenanceParts } from "./parts.ts";

interface Anchored {
  readonly tx: Tx;
  readonly size: number;
  readonly heads: AnchoredHeads;
  readonly days: readonly {
    day: number;
    size: number;
    root: Uint8Array;
    anchoredAt: number;
    heads: AnchoredHeads;
  }[];
}

/** The bundle for one pack, or null before the first anchor. */
export async function buildBundle(
  parts: ProvenanceParts,
  trees: HeadsTrees,
  question: PackQuestion,
): Promise<Bundle | null> {
  const drafted = await parts.store.as({ role: "worker" }, (tx) => draftBundle(tx, trees, question));
  if (drafted === null) return null;
  // Readings are asked for outside the transaction: their store may be this very database.
  const measured = await Promise.all(
    drafted.measured.map(async ({ stretch, wanted }) => ({
      ...stretch,
      entries: await attachReadings(stretch.entries, wanted, parts.readings),
    })),
  );
  return { ...drafted.bundle, streams: [...drafted.bundle.streams, ...measured] };
}

interface DraftedBundle {
  readonly bundle: Bundle;
  readonly measured: readonly MeasuredStretch[];
}

interface MeasuredStretch {
  readonly stretch: Stretch;
  readonly wanted: readonly WantedReadings[];
  readonly references: Bundle["references"];
}

async function draftBundle(tx: Tx, trees: HeadsTrees, question: PackQuestion): Promise<DraftedBundle | null> {
  const tree = await findAnchoredTree(tx);
  if (tree === null) return null;
  const draft = await draftPack(tx, question, tree.size, tree.anchoredAt ?? 0);
  const told = (draft.rows.get(streamOf(question.epc)) ?? []).map(({ fromMs, toMs }) => ({
    from: fromMs,
    to: toMs,
  }));
  const anchored = await anchoredHistory(tx, trees, tree.size, firstDayOf(told));
  const whole = [...draft.rows].map(([stream, rows]) => wholeStretch(anchored, stream, rows));
  const measured: MeasuredStretch[] = [];
  for (const stays of equipmentStays(draft)) {
    const found = await equipmentStretch(anchored, stays);
    if (found !== null) measured.push(found);
  }
  const shown = [...whole, ...measured.map(({ stretch }) => stretch)];
  const bundle: Bundle = {
    v: 1,
    subject: question.epc,
    view: question.view,
    checkpoint: tree.note,
    heads: anchored.heads.leaf,
    anchor: { tx: tree.txHash },
    days: anchored.days.map((day) => dayProof(day, shown)),
    streams: whole,
    references: measured.flatMap(({ references }) => references),
  };
  return { bundle, measured };
}

/** The days' seals from the first one relied on, and the newest before it: there the code must be unknown still. */
async function anchoredHistory(
  tx: Tx,
  trees: HeadsTrees,
  size: number,
  firstDay: number | null,
): Promise<Anchored> {
  const seals = firstDay === null ? [] : await listSeals(tx, size);
  const before = seals.findLastIndex(({ day }) => day < (firstDay ?? 0));
  const days = [];
  for (const seal of seals.slice(Math.max(0, before))) {
    days.push({ ...seal, heads: await trees.at(tx, seal.size) });
  }
  return { tx, size, heads: await trees.at(tx, size), days };
}

function wholeStretch(anchored: Anchored, stream: string, rows: readonly LogRow[]): Stretch {
  const head = anchored.heads.tree.proof(fromHex(stream));
  return {
    stream,
    from: 0,
    prev: NO_PREVIOUS,
    entries: chainTo(head, rows).map((row) => entryOf(row, true)),
    end: "newest",
    head,
  };
}

function equipmentStays(draft: Draft): EquipmentStays[] {
  const byStream = new Map<string, { from: number; to: number }[]>();
  for (const stay of draft.stays) {
    for (const place of [stay.place, ...stay.elsewhere]) {
      if (place.kind !== "equipment" || place.stream === null) continue;
      byStream.set(place.stream, [...(byStream.get(place.stream) ?? []), { from: stay.from, to: stay.to }]);
    }
  }
  return [...byStream].map(([stream, spans]) => ({ stream, spans, limits: draft.limits }));
}

async function equipmentStretch(anchored: Anchored, stays: EquipmentStays): Promise<MeasuredStretch | null> {
  const { tx, size } = anchored;
  const stream = fromHex(stays.stream);
  const span = { from: Math.min(...stays.spans.map(({ from }) => from)), to: lastMomentOf(stays), size };
  const { end, heads } = endOf(anchored, span.to);
  const head = heads.tree.proof(stream);
  if (head.seq === undefined) return null;
  const from = await firstShown(anchored, stream, span);
  const rows = chainTo(head, await listStretch(tx, stream, { from, to: head.seq, size }));
  const entries = openStays(rows, stays);
  const owner = await findEquipmentByLabel(tx, rows[0]?.subject.split(":").at(-1) ?? "");
  const named = await listByLeaf(tx, rosterLeaves(entries, rows));
  const prev = rows[0] === undefined ? NO_PREVIOUS : toHex(rows[0].prev);
  return {
    stretch: { stream: stays.stream, from, prev, entries, end, head },
    wanted: owner === null ? [] : wantedReadings(rows, entries, stays, owner),
    references: named.flatMap(reference),
  };
}

/**
 * Where a stretch begins: at its first window, and not after what was sealed since the last seal before it, so that a
 * window sealed twice shows both times; without such a seal at the stream's beginning.
 */
async function firstShown(
  { tx, days }: Anchored,
  stream: Uint8Array,
  span: { from: number; to: number; size: number },
): Promise<number> {
  const sealed = days.findLast(({ anchoredAt }) => anchoredAt <= span.from)?.heads.tree.proof(stream).seq;
  const window = sealed === undefined ? 0 : await findFirstWindow(tx, stream, span);
  return Math.min(window ?? 0, (sealed ?? -1) + 1);
}

/** The first sealed day that lies after all that may still come late; the newest heads while there is none. */
function endOf(anchored: Anchored, lastMoment: number): { end: "newest" | number; heads: AnchoredHeads } {
  const day = anchored.days.find((candidate) => candidate.anchoredAt >= lastMoment);
  return day === undefined ? { end: "newest", heads: anchored.heads } : { end: day.day, heads: day.heads };
}

function reference(row: LogRow): Bundle["references"][number][] {
  const opening = openingOf(row);
  return opening === null
    ? []
    : [{ stream: toHex(row.stream), seq: row.seq, prev: toHex(row.prev), opening }];
}

function dayProof(day: Anchored["days"][number], streams: readonly Stretch[]): DayProof {
  return {
    day: day.day,
    size: day.size,
    root: toHex(day.root),
    anchoredAt: day.anchoredAt,
    heads: day.heads.leaf,
    streams: Object.fromEntries(streams.map(({ stream }) => [stream, day.heads.tree.proof(fromHex(stream))])),
  };
}
