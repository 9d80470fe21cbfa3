import { fromHex, toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { RosterBody } from "#domain/provenance/bodies.ts";
import type { CheckedEquipment } from "#store/audited.ts";
import type { Store } from "#store/connect.ts";
import type { LogEntry } from "#store/entries.ts";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { nextWindowEnd, readStreamRules, readWindowEntries } from "#store/window-entries.ts";
import { messagesBehind, messagesById, readStays, type SealedBody } from "../compose-windows.ts";
import { equipmentSubject } from "../equipment-rosters.ts";
import { type SourceBody, sourcesOf } from "../window-sources.ts";
import type { AuditedRoster } from "./audit-rosters.ts";
import { auditTiling, auditWindows, type SealedVersion } from "./audit-windows.ts";
import type { Finding } from "./finding.ts";
import { sealedRows } from "./sealed-rows.ts";
import type { SealingPatience } from "./sealing-patience.ts";
import { TimedReadings } from "./timed-readings.ts";
import { waitingWindows } from "./waiting-windows.ts";

/** Where the records of an equipment's time lie. */
export interface StreamRecords {
  readonly store: Store;
  readonly readings: ReadingsStore;
}

/** Some windows of an equipment that follow one another, with the readings the store holds of them now. */
export interface AuditedPage {
  readonly findings: readonly Finding[];
  /** Newest versions, oldest window first. */
  readonly windows: readonly LogEntry[];
  readonly rows: readonly Reading[];
  /** Starts of windows that wait to be sealed again. */
  readonly waiting: ReadonlySet<number>;
}

interface StreamRules {
  readonly rosters: ReadonlyMap<string, AuditedRoster>;
  readonly tiledFrom: number;
}

const pageMs = 86_400_000;

/** Which windows are looked at, and by when: those that overlap [from, to), epoch ms; versions beyond the log's first `entries` are on their way. */
export interface AuditedSpan extends SealingPatience {
  readonly from: number;
  readonly to: number;
  readonly entries: number;
}

/** Holds all windows of an equipment in a time against the readings store, a day of them at a time. */
export async function* auditStream(
  records: StreamRecords,
  place: CheckedEquipment & { readonly name: string },
  span: AuditedSpan,
): AsyncGenerator<AuditedPage> {
  const stream = fromHex(streamOf(equipmentSubject(place.label)));
  const asWorker = { role: "worker" } as const;
  const rules = rulesOf(await records.store.as(asWorker, (tx) => readStreamRules(tx, stream)));
  let before: LogEntry | undefined;
  for (let after = span.from; ; ) {
    const rows = await records.store.as(asWorker, async (tx) => {
      const first = await nextWindowEnd(tx, stream, after);
      return first === null ? [] : readWindowEntries(tx, stream, { after, upTo: first + pageMs });
    });
    const newest = [...new Map(rows.map((row) => [row.fromMs, row])).values()];
    const wanted = newest.filter(({ fromMs }) => fromMs < span.to);
    const moving = rows.filter(({ index }) => index >= span.entries).map(({ fromMs }) => fromMs);
    const page = await auditPage(records, place, { rows: wanted, rules, moving, patience: span });
    const tiled = before === undefined ? wanted : [before, ...wanted];
    yield { ...page, findings: [...page.findings, ...auditTiling(place.name, tiled, rules.tiledFrom)] };
    before = wanted.at(-1);
    if (before === undefined || wanted.length < newest.length) return;
    after = Math.max(...rows.map(({ toMs }) => toMs));
  }
}

interface PageToAudit {
  readonly rows: readonly LogEntry[];
  readonly rules: StreamRules;
  readonly moving: readonly number[];
  readonly patience: SealingPatience;
}

async function auditPage(
  { store, readings }: StreamRecords,
  place: CheckedEquipment & { readonly name: string },
  { rows: entries, rules, moving, patience }: PageToAudit,
): Promise<AuditedPage> {
  const { tenantId, id: equipmentId, name } = place;
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined)
    return { findings: [], windows: [], rows: [], waiting: new Set() };
  const span = {
    tenantId,
    equipmentId,
    from: first.fromMs,
    to: Math.max(...entries.map(({ toMs }) => toMs)),
  };
  const [stay] = await readStays({ store, readings }, [span]);
  const windows = entries.flatMap(versionOf);
  const rows = sealedRows(windows, stay?.points ?? [], stay?.rows ?? []);
  const again = await waitingWindows(
    store,
    { ...place, ...span },
    { rows: new TimedReadings(stay?.rows ?? []), patience },
  );
  const waiting = new Set([...again.starts, ...moving]);
  const sources = await sourcesNow(store, windows, rows);
  const audited = { equipment: name, windows, rosters: rules.rosters, rows, waiting, sources };
  return { findings: [...auditWindows(audited), ...again.findings], windows: entries, rows, waiting };
}

async function sourcesNow(
  store: Store,
  windows: readonly SealedVersion[],
  rows: readonly Reading[],
): Promise<Map<number, SourceBody[]>> {
  const messages = await messagesById(
    store,
    rows.map(({ inboxId }) => inboxId),
  );
  const sources = new Map<number, SourceBody[]>();
  const inTime = new TimedReadings(rows);
  for (const { row } of windows) {
    const own = inTime.within(row);
    sources.set(row.fromMs, await sourcesOf(store, messagesBehind(own, messages)));
  }
  return sources;
}

/** Nothing for a window whose content was erased, or can't be read: the replay of the log tells of either. */
function versionOf(row: LogEntry): SealedVersion[] {
  const body = parsed<SealedBody>(row.body);
  return body === null ? [] : [{ row, body, versions: 1 }];
}

function rulesOf({ rosters, tiledFrom }: Awaited<ReturnType<typeof readStreamRules>>): StreamRules {
  const known = rosters.map((row): [string, AuditedRoster] => {
    const { seq, toMs: at, body } = row;
    return [toHex(row.leaf), { seq, at, body: parsed<RosterBody>(body) }];
  });
  return { rosters: new Map(known), tiledFrom: tiledFrom ?? Number.POSITIVE_INFINITY };
}

function parsed<Body>(text: string | null): Body | null {
  try {
    return text === null ? null : (JSON.parse(text) as Body);
  } catch {
    return null;
  }
}
