/** Writing an equipment's bundle piece by piece: what is many (days, readings) is never held whole. */

import type { DayProof } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { readingsCsvHeader, readingsCsvLine } from "#domain/log/readings-csv.ts";
import type { DraftedWindow, EquipmentDraft } from "./draft-equipment.ts";
import type { HeadsWalk } from "./heads-walk.ts";
import type { ProvenanceParts } from "./parts.ts";
import { sealedReadings } from "./sealed-readings.ts";

/** Whose readings are asked for. */
interface Place {
  readonly tenant: string;
  readonly equipmentId: string;
}

/** Windows whose readings are asked for at once: a day of hours. */
const windowsAtOnce = 24;

/** The bundle's JSON text in pieces. @throws AppError UNAVAILABLE when a store can't answer, which breaks it off */
export async function* writeEquipmentBundle(
  parts: Pick<ProvenanceParts, "store" | "readings">,
  walk: HeadsWalk,
  draft: EquipmentDraft,
  place: Place,
): AsyncGenerator<string> {
  const { label, from, to, tree, heads, streams, references } = draft;
  const head = {
    ...{ v: 1, kind: "equipment", equipment: label, from, to, checkpoint: tree.note },
    ...{ heads, anchor: { tx: tree.txHash }, streams, references },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"days":[`;
  for (const [at, day] of draft.days.entries()) {
    const proof = await dayProof(parts, walk, day, streams);
    yield `${at === 0 ? "" : ","}${JSON.stringify(proof)}`;
  }
  yield `],"readings":"${inJson(readingsCsvHeader)}`;
  for (let at = 0; at < draft.windows.length; at += windowsAtOnce) {
    yield inJson(await readingsOf(parts, draft.windows.slice(at, at + windowsAtOnce), place));
  }
  yield '"}\n';
}

async function dayProof(
  { store }: Pick<ProvenanceParts, "store">,
  walk: HeadsWalk,
  { day, size, root, anchoredAt }: EquipmentDraft["days"][number],
  streams: EquipmentDraft["streams"],
): Promise<DayProof> {
  const { tree, leaf: heads } = await store.as({ role: "worker" }, (tx) => walk.at(tx, size));
  const proofs = streams.map(({ stream }) => [stream, tree.proof(fromHex(stream))] as const);
  return { ...{ day, size, root: toHex(root), anchoredAt, heads }, streams: Object.fromEntries(proofs) };
}

/** The readings of some windows in order, each with what it was sealed with, as CSV. */
async function readingsOf(
  { readings }: Pick<ProvenanceParts, "readings">,
  windows: readonly DraftedWindow[],
  { tenant, equipmentId }: Place,
): Promise<string> {
  const points = [...new Set(windows.flatMap((window) => window.points))];
  const span = { from: windows[0]?.from ?? 0, to: Math.max(...windows.map(({ to }) => to)) };
  const found = points.length === 0 ? [] : await readings.range({ tenant, points, ...span });
  return windows
    .flatMap(({ from, to, points: own, ...sealed }) => {
      const inside = found.filter(({ ts, point }) => ts >= from && ts < to && own.includes(point));
      return sealedReadings(inside, { equipmentId, ...sealed });
    })
    .map(readingsCsvLine)
    .join("");
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
