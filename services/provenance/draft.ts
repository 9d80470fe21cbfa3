/** The pack's own streams and its parents' as the log has them, to learn which equipment a bundle must show. */
import { lotInCode } from "#domain/codes/lot-in-code.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { ProvedEntry } from "#domain/log/open-streams.ts";
import { lotSubject, productSubject } from "#domain/log/subjects.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import { type EventBody, eventOf } from "#domain/provenance/bodies.ts";
import { custodyOf, type Stay } from "#domain/provenance/custody.ts";
import { saleOf } from "#domain/provenance/story-end.ts";
import { productsOf } from "#domain/provenance/tell-cold.ts";
import { proofTimesOf } from "#domain/provenance/timely-events.ts";
import type { Tx } from "#store/connect.ts";
import { type LogRow, listStream } from "#store/stretches.ts";
import { openingOf } from "./opening-of.ts";
import type { PackQuestion } from "./parts.ts";

/** Boxes in boxes that are followed; the verifier follows as many. */
const nestingMax = 6;

/** What a bundle will show: whole streams (code, parents, lot, product) and the stays in equipment. */
export interface Draft {
  readonly rows: ReadonlyMap<string, LogRow[]>;
  readonly stays: readonly Stay[];
  readonly limits: { readonly lowerMilliC: number; readonly upperMilliC: number }[];
}

/**
 * Reads the streams a pack's answer rests on, inside a tree of `size` leaves, up to `asOf`. Its lot is the one that its
 * statements name, else the one that the code carries.
 */
export async function draftPack(
  tx: Tx,
  { epc, code }: Pick<PackQuestion, "epc" | "code">,
  size: number,
  asOf: number,
): Promise<Draft> {
  const rows = new Map<string, LogRow[]>();
  await addStream(tx, rows, streamOf(epc), size, 0);
  const events = eventsOf(rows);
  const gtin =
    /\/01\/(\d{14})(?:\/|$)/.exec(epc)?.[1] ?? events.find((event) => event.gtin !== undefined)?.gtin;
  const lot = events.find((event) => event.lot !== undefined)?.lot ?? lotInCode(code);
  if (gtin !== undefined) {
    const subjects = [productSubject(gtin), ...(lot === null ? [] : [lotSubject(gtin, lot)])];
    for (const stream of subjects.map((subject) => streamOf(subject)))
      rows.set(stream, await listStream(tx, fromHex(stream), size));
  }
  const contents = contentsOf(epc, rows);
  const product = gtin === undefined ? null : streamOf(productSubject(gtin));
  const limits = productsOf(contents, product, proofTimesOf(contents, asOf));
  return { rows, stays: custodyOf(contents, streamOf(epc), saleOf(events)?.at ?? asOf, asOf), limits };
}

async function addStream(
  tx: Tx,
  rows: Map<string, LogRow[]>,
  stream: string,
  size: number,
  depth: number,
): Promise<void> {
  if (rows.has(stream) || depth > nestingMax) return;
  rows.set(stream, await listStream(tx, fromHex(stream), size));
  const found = (rows.get(stream) ?? []).map(provedOf).map(eventOf);
  for (const event of found) {
    if (event?.parentKind === "code" && event.parent !== null)
      await addStream(tx, rows, event.parent, size, depth + 1);
  }
}

function eventsOf(rows: ReadonlyMap<string, LogRow[]>): EventBody[] {
  const own = [...rows.values()][0] ?? [];
  return own
    .map(provedOf)
    .map(eventOf)
    .filter((event) => event !== null);
}

function contentsOf(subject: string, rows: ReadonlyMap<string, LogRow[]>): ProvedContents {
  const streams = [...rows].map(([stream, list]) => {
    const entries = list.map(provedOf);
    const shown = { stream, from: 0, present: entries.length > 0, entries, endsAt: null, seen: [] };
    return [stream, shown] as const;
  });
  const nothing = { lot: null, references: new Map(), profiles: [] };
  return { subject, view: "public", streams: new Map(streams), ...nothing };
}

function provedOf(row: LogRow): ProvedEntry {
  const opening = openingOf(row);
  return {
    stream: toHex(row.stream),
    seq: row.seq,
    leaf: toHex(row.leaf),
    header: opening?.header ?? null,
    body: opening?.body,
    readings: null,
    sealedAt: row.appendedAt,
  };
}
