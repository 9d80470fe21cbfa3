import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { fromHex } from "#domain/log/bytes.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import {
  type AuditedEquipment,
  type CheckedEquipment,
  equipmentIdsByLabel,
  findEquipment,
  gatewaysOf,
} from "#store/audited.ts";
import type { Store } from "#store/connect.ts";
import type { LogEntry } from "#store/entries.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { auditChain } from "./audit/audit-chain.ts";
import { auditCover } from "./audit/audit-cover.ts";
import { auditInbox } from "./audit/audit-inbox.ts";
import { auditReceipts } from "./audit/audit-receipts.ts";
import { auditSeals } from "./audit/audit-seals.ts";
import { auditStream } from "./audit/audit-stream.ts";
import { auditUnsealed, type UnsealedReadings } from "./audit/audit-unsealed.ts";
import type { Finding } from "./audit/finding.ts";
import { LogNotes } from "./audit/log-notes.ts";
import { openCopies } from "./audit/open-copies.ts";
import type { LogReplay } from "./audit/replay-log.ts";
import { replayRecords } from "./audit/replay-records.ts";
import type { SealingPatience } from "./audit/sealing-patience.ts";
import { readStays } from "./compose-windows.ts";

/** What is audited: an equipment (id or label) from … to, epoch ms, by when, with what the audit may read. */
export interface AuditRequest extends SealingPatience {
  readonly store: Store;
  readonly readings: ReadingsStore;
  /** Without them the log is held against its own checkpoints only. */
  readonly rpc: Rpc | null;
  readonly trust: TrustFile | null;
  readonly equipment: string;
  readonly from: number;
  readonly to: number;
  /** Folder of the inbox's exported days. */
  readonly exportDir: string;
  /** The log's second place. */
  readonly mirrorDir: string;
  /** Receipts that a gateway kept, one JSON a line. */
  readonly receipts?: string;
}

/** What an audit found; `ok` when nothing differs. */
export interface AuditReport {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Holds readings store, inbox and receipts against the log, and the log against its checkpoints, the days' seals, the chain and
 * what is made of it; what should have been sealed by now is told. The whole log and inbox are read again; readings are those of
 * the one equipment.
 * @throws AppError NOT_FOUND (no such equipment), CONFLICT (several), UNAVAILABLE (a part can't answer)
 */
export async function auditEquipment(request: AuditRequest): Promise<AuditReport> {
  const place = await theEquipment(request);
  const { replay, seen, findings: log } = await auditLog(request, place);
  const windows = await auditReadings(request, place, seen);
  const inbox = await auditInbox(request.store, replay.inboxRanges, request.exportDir);
  const receipts = await auditKeptReceipts(request, place, seen);
  const findings = [...log, ...windows, ...inbox, ...receipts];
  return { ok: findings.length === 0, findings };
}

async function theEquipment({ store, equipment }: AuditRequest): Promise<CheckedEquipment> {
  const found = await store.as({ role: "worker" }, (tx) => findEquipment(tx, equipment));
  const [only, other] = found;
  if (only === undefined) throw new AppError("NOT_FOUND", `no equipment has the id or label ${equipment}`);
  if (other !== undefined) throw new AppError("CONFLICT", `several have the id ${equipment}: give the label`);
  return only;
}

/** What the audit keeps of the log while it reads it. */
class Seen {
  readonly notes: LogNotes;
  readonly receiptKeys = new Map<string, Uint8Array>();

  constructor({ label, id }: AuditedEquipment, { from }: Pick<AuditRequest, "from">) {
    this.notes = new LogNotes(new Map([[label, id]]), from);
  }

  add(row: LogEntry): void {
    this.notes.add(row);
    if (row.subject === "urn:coldmark:keys" && row.kind === "key" && row.body !== null)
      this.#addKey(row.body);
  }

  #addKey(body: string): void {
    const { kid, role, publicKey } = JSON.parse(body) as { kid: string; role: string; publicKey: string };
    if (role === "receipt") this.receiptKeys.set(kid, fromHex(publicKey));
  }
}

/** The log against the chain, the days' seals and what is made of it, as `fsck` does it. */
async function auditLog(
  request: AuditRequest,
  place: AuditedEquipment,
): Promise<{ replay: LogReplay; seen: Seen; findings: Finding[] }> {
  const { store, mirrorDir } = request;
  const head = await auditChain(store, request, request);
  const seals = await auditSeals(store, head.chain);
  const beside = await openCopies({ store, mirrorDir, anchored: head.anchored });
  const idOf = await store.as({ role: "worker" }, equipmentIdsByLabel);
  const seen = new Seen(place, request);
  const roots = [...seals.roots, ...head.roots];
  const held = { roots, copies: beside.copies };
  const replay = await replayRecords(store, idOf, (row) => seen.add(row), held);
  const found = [head, seals, replay, beside, ...beside.copies].flatMap(({ findings }) => findings);
  return { replay, seen, findings: [...found, ...auditCover(seen.notes, request)] };
}

async function auditReadings(
  request: AuditRequest,
  place: CheckedEquipment,
  { notes }: Seen,
): Promise<Finding[]> {
  const named = { ...place, name: place.id };
  const findings: Finding[] = [];
  for await (const page of auditStream(request, named, { ...request, entries: notes.entries }))
    findings.push(...page.findings);
  const sealedTo = notes.sealedTo.get(place.id) ?? null;
  const after = { readings: await readingsAfter(request, place, sealedTo), sealedTo };
  return [...findings, ...auditUnsealed(named, after, request)];
}

/** The readings of the audited time that no window covers yet. */
async function readingsAfter(
  request: AuditRequest,
  { tenantId, id: equipmentId }: AuditedEquipment,
  sealedTo: number | null,
): Promise<UnsealedReadings | null> {
  const from = Math.max(request.from, sealedTo ?? request.from);
  if (from >= request.to) return null;
  const [stay] = await readStays(request, [{ tenantId, equipmentId, from, to: request.to }]);
  const times = (stay?.rows ?? []).map(({ ts }) => ts);
  return times.length === 0 ? null : { count: times.length, first: times.reduce((a, b) => Math.min(a, b)) };
}

async function auditKeptReceipts(
  { store, receipts }: AuditRequest,
  place: AuditedEquipment,
  seen: Seen,
): Promise<Finding[]> {
  if (receipts === undefined) return [];
  return store.as({ role: "worker" }, async (tx) => {
    const gateways = await gatewaysOf(tx, place);
    return auditReceipts(tx, receipts, { equipment: place.id, gateways, keys: seen.receiptKeys });
  });
}
