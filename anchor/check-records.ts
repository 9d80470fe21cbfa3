import { type AuditedEquipment, allEquipment, type CheckedEquipment } from "#store/audited.ts";
import type { Store } from "#store/connect.ts";
import { readCursors } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { type RunPlace, readUnkept } from "#store/receipted.ts";
import { auditChain, type CheckedChain } from "./audit/audit-chain.ts";
import { auditCover } from "./audit/audit-cover.ts";
import { auditHeadsPages } from "./audit/audit-heads-pages.ts";
import { auditInbox } from "./audit/audit-inbox.ts";
import { MessageTimes } from "./audit/audit-message-times.ts";
import { MessageReadings, type ReadAgain } from "./audit/audit-messages.ts";
import { auditSeals } from "./audit/audit-seals.ts";
import { auditStream } from "./audit/audit-stream.ts";
import { auditUnsealed } from "./audit/audit-unsealed.ts";
import { DayCounts } from "./audit/day-counts.ts";
import type { Finding } from "./audit/finding.ts";
import { LogNotes } from "./audit/log-notes.ts";
import { openCopies } from "./audit/open-copies.ts";
import { replayRecords } from "./audit/replay-records.ts";
import type { SealingPatience } from "./audit/sealing-patience.ts";
import { severalAtOnce } from "./audit/several-at-once.ts";

/** The records to check, and what they are read with. */
export interface CheckedRecords extends CheckedChain {
  readonly store: Store;
  readonly readings: ReadingsStore;
  /** Folder of the inbox's exported days. */
  readonly exportDir: string;
  /** The log's second place. */
  readonly mirrorDir: string;
  readonly readAgain: ReadAgain;
}

/** How far a check is, in what the step counts: entries, messages, runs of sequence numbers, equipment. */
export interface CheckProgress {
  readonly step: "log" | "inbox" | "receipts" | "windows";
  readonly done: number;
}

/** How much was found, and how much was looked at: entries of the log, messages of the inbox. */
export interface Checked {
  readonly count: number;
  readonly entries: number;
  readonly messages: number;
}

/** Which time is checked (`from` ≤ time < `to`, epoch ms), by when, and who hears of what is found, as it is found. */
export interface CheckOptions extends SealingPatience {
  readonly from: number;
  readonly to: number;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress?: (progress: CheckProgress) => void;
}

type Check = CheckedRecords & CheckOptions;

const runsAtOnce = 10_000;
const noteEvery = 1_000;
/** While one page's readings are held against the store, the signatures of the next are checked. */
const pagesAtOnce = 2;
const placesAtOnce = 3;

/**
 * Holds all records against one another: the log against its checkpoints, the days' seals, the chain and what is made of it; the inbox
 * against the roots that the log sealed; messages against readings; sequence numbers, which receipts rest on, against messages; readings
 * against the windows of each equipment. What should have been sealed by now is told too. A finding names its equipment as `tenant/id`. The log is always replayed whole; messages that were sealed before `from`
 * are not read.
 * @throws AppError UNAVAILABLE when a part can't answer
 */
export async function checkRecords(records: CheckedRecords, options: CheckOptions): Promise<Checked> {
  let count = 0;
  const onFinding = (finding: Finding) => {
    count += 1;
    options.onFinding(finding);
  };
  const check: Check = { ...records, ...options, onFinding };
  const places = await records.store.as({ role: "worker" }, allEquipment);
  const seen = await checkLog(check, places);
  const upTo = (await records.store.as({ role: "worker" }, readCursors)).projector.position;
  // Side by side: signatures keep one thread at work, windows this one, sequence numbers PostgreSQL.
  const [messages, held] = await Promise.all([
    checkInbox(check, seen, upTo),
    checkWindows(check, places, { entries: seen.entries, upTo }),
    checkReceipts(check),
  ]);
  for (const one of held)
    for (const finding of beyondMessages(check, one, { seen, messages })) onFinding(finding);
  return { count, entries: seen.entries, messages: messages.done };
}

async function checkLog(check: Check, places: readonly AuditedEquipment[]): Promise<LogNotes> {
  const head = await auditChain(check.store, check, check);
  const seals = await auditSeals(check.store, head.chain);
  const beside = await openCopies({ ...check, anchored: head.anchored });
  const names = new Map(places.map((place) => [place.label, nameOf(place)]));
  const seen = new LogNotes(names, check.from);
  const replay = await replayRecords(
    check.store,
    names,
    (row) => {
      if (row.index % noteEvery === 0) check.onProgress?.({ step: "log", done: row.index });
      seen.add(row);
    },
    { roots: [...seals.roots, ...head.roots], copies: beside.copies },
  );
  const found = [head, seals, replay, beside, ...beside.copies].flatMap(({ findings }) => findings);
  const pages = await auditHeadsPages(check.store);
  const rest = [...pages, ...strangersIn(seen), ...auditCover(seen, check)];
  for (const finding of [...found, ...rest]) check.onFinding(finding);
  return seen;
}

function strangersIn({ strangers }: LogNotes): Finding[] {
  return [...strangers].map((subject) => {
    const detail = `the log has entries of ${subject}, which the register doesn't know`;
    return { kind: "NOT_REGISTERED", equipment: null, window: null, detail };
  });
}

/** What the pass through the inbox came to. */
interface SeenMessages {
  readonly done: number;
  readonly readings: MessageReadings;
  readonly isWhole: boolean;
}

/** `upTo` is the last message whose readings must be in the store. */
async function checkInbox(
  check: Check,
  { ranges, before, sealedTo }: LogNotes,
  upTo: number,
): Promise<SeenMessages> {
  const readings = new MessageReadings(check, check, sealedTo);
  const times = new MessageTimes(ranges);
  let done = 0;
  const adding: Promise<void>[] = [];
  const reader = {
    ...{ after: before, upTo },
    see: async (page: Parameters<ReadAgain>[0]) => {
      // The next one is read and hashed meanwhile.
      if (adding.length === pagesAtOnce) await adding.shift();
      const next = readings.add(page.filter(({ id }) => id <= upTo));
      next.catch(() => undefined); // told when it is awaited
      adding.push(next);
      for (const finding of [...times.look(page), ...readings.findings.splice(0)]) check.onFinding(finding);
      done += page.length;
      check.onProgress?.({ step: "inbox", done });
    },
  };
  const findings = await auditInbox(check.store, ranges, check.exportDir, reader);
  await Promise.all(adding);
  await readings.end();
  for (const finding of [...findings, ...readings.findings]) check.onFinding(finding);
  return { done, readings, isWhole: findings.length === 0 };
}

async function checkReceipts({ store, onFinding, onProgress }: Check): Promise<void> {
  let after: RunPlace | null = null;
  for (let done = 0; ; done += runsAtOnce) {
    const page: Awaited<ReturnType<typeof readUnkept>> = await store.as({ role: "worker" }, (tx) =>
      readUnkept(tx, after, runsAtOnce),
    );
    for (const { gatewayId, boot, seq, inboxId, isThere } of page.unkept) {
      const words = isThere ? "holds other bytes than were receipted" : "is not there";
      const detail = `gateway ${gatewayId}, boot ${boot}, seq ${seq}: message ${inboxId} ${words}`;
      onFinding({ kind: "RECEIPT_NOT_KEPT", equipment: null, window: null, detail });
    }
    if (page.last === null) return;
    after = page.last;
    onProgress?.({ step: "receipts", done: done + runsAtOnce });
  }
}

/** An equipment whose windows were held against the store, and the readings of its days. */
interface HeldEquipment {
  readonly place: CheckedEquipment & { readonly name: string };
  readonly counts: DayCounts;
}

/** Looks at windows of the log's first `entries`, and counts readings of messages up to `upTo`. */
async function checkWindows(
  check: Check,
  places: readonly CheckedEquipment[],
  { entries, upTo }: { readonly entries: number; readonly upTo: number },
): Promise<HeldEquipment[]> {
  const held: HeldEquipment[] = [];
  await severalAtOnce(places, placesAtOnce, async (place) => {
    const named = { ...place, name: nameOf(place) };
    const counts = new DayCounts({ ...check, upTo });
    for await (const page of auditStream(check, named, { ...check, entries })) {
      for (const finding of page.findings) check.onFinding(finding);
      counts.add(page);
    }
    held.push({ place: named, counts });
    check.onProgress?.({ step: "windows", done: held.length });
  });
  return held;
}

/** What an equipment's windows hold beyond what messages gave, and what messages gave and no window holds. */
function beyondMessages(
  check: Check,
  { place, counts }: HeldEquipment,
  { seen, messages }: { readonly seen: LogNotes; readonly messages: SeenMessages },
): Finding[] {
  const { name } = place;
  const added = messages.isWhole ? counts.above(name, messages.readings) : [];
  const after = { readings: messages.readings.unsealedOf(name), sealedTo: seen.sealedTo.get(name) ?? null };
  return [...added, ...auditUnsealed(place, after, check)];
}

function nameOf({ tenantId, id }: AuditedEquipment): string {
  return `${tenantId}/${id}`;
}
