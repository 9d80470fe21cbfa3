import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import type { RosterBody } from "#domain/provenance/bodies.ts";
import {
  type AuditedEquipment,
  equipmentIdsByLabel,
  findEquipment,
  gatewaysOf,
  waitingWindows,
} from "#store/audited.ts";
import type { Store } from "#store/connect.ts";
import type { LogEntry } from "#store/entries.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { readWindows } from "#store/windows.ts";
import { auditChain } from "./audit/audit-chain.ts";
import { auditInbox } from "./audit/audit-inbox.ts";
import { auditReceipts } from "./audit/audit-receipts.ts";
import type { AuditedRoster } from "./audit/audit-rosters.ts";
import { auditTiling, auditWindows, type SealedVersion } from "./audit/audit-windows.ts";
import type { Finding } from "./audit/finding.ts";
import type { LogReplay, PublicRoot } from "./audit/replay-log.ts";
import { replayRecords } from "./audit/replay-records.ts";
import { sealedRows } from "./audit/sealed-rows.ts";
import { readStays, type SealedBody } from "./compose-windows.ts";
import { equipmentSubject } from "./equipment-rosters.ts";

/** What is audited: an equipment (id or label) from … to, epoch ms, with what the audit may read. */
export interface AuditRequest {
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
  /** Receipts that a gateway kept, one JSON a line. */
  readonly receipts?: string;
}

/** What an audit found; `ok` when nothing differs. */
export interface AuditReport {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Holds readings store, inbox and receipts against the log, and the log against its checkpoints and the chain. The whole
 * log and inbox are read again; readings are those of the one equipment.
 * @throws AppError NOT_FOUND (no such equipment), CONFLICT (several), UNAVAILABLE (a part can't answer)
 */
export async function auditEquipment(request: AuditRequest): Promise<AuditReport> {
  const place = await theEquipment(request);
  const chain = await auditChain(request.store, request);
  const { replay, seen } = await replayLog(request, place, chain.roots);
  const windows = await auditReadings(request, place, seen);
  const inbox = await auditInbox(request.store, replay.inboxRanges, request.exportDir);
  const receipts = await auditKeptReceipts(request, place, seen);
  const findings = [...chain.findings, ...replay.findings, ...windows, ...inbox, ...receipts];
  return { ok: findings.length === 0, findings };
}

async function theEquipment({ store, equipment }: AuditRequest): Promise<AuditedEquipment> {
  const found = await store.as({ role: "worker" }, (tx) => findEquipment(tx, equipment));
  const [only, other] = found;
  if (only === undefined) throw new AppError("NOT_FOUND", `no equipment has the id or label ${equipment}`);
  if (other !== undefined) throw new AppError("CONFLICT", `several have the id ${equipment}: give the label`);
  return only;
}

/** What the audit keeps of the log while it reads it. */
class Seen {
  /** Windows by their start; of one whose newest version can't be opened any more, the replay tells. */
  readonly windows = new Map<number, SealedVersion>();
  /** The newest entry of each window, opened or not. */
  readonly tiled = new Map<number, LogEntry>();
  readonly rosters = new Map<string, AuditedRoster>();
  readonly receiptKeys = new Map<string, Uint8Array>();
  readonly #subject: string;
  readonly #span: { from: number; to: number };

  constructor(subject: string, span: { from: number; to: number }) {
    this.#subject = subject;
    this.#span = span;
  }

  add(row: LogEntry): void {
    const { subject, kind, body, fromMs } = row;
    if (subject === "urn:coldmark:keys" && kind === "key" && body !== null) this.#addKey(body);
    if (subject !== this.#subject) return;
    if (kind === "equipment") this.#addRoster(row);
    const isWindow = kind === "segment" || kind === "late";
    if (!isWindow || fromMs >= this.#span.to || row.toMs <= this.#span.from) return;
    this.tiled.set(fromMs, row);
    const versions = (this.windows.get(fromMs)?.versions ?? 0) + 1;
    if (body === null) this.windows.delete(fromMs);
    else this.windows.set(fromMs, { row, body: parsed<SealedBody>(body), versions });
  }

  #addRoster({ leaf, seq, toMs: at, body }: LogEntry): void {
    const roster = body === null ? null : parsed<RosterBody>(body);
    this.rosters.set(toHex(leaf), { seq, at, body: roster });
  }

  #addKey(body: string): void {
    const { kid, role, publicKey } = parsed<{ kid: string; role: string; publicKey: string }>(body);
    if (role === "receipt") this.receiptKeys.set(kid, fromHex(publicKey));
  }
}

async function replayLog(
  request: AuditRequest,
  place: AuditedEquipment,
  roots: readonly PublicRoot[],
): Promise<{ replay: LogReplay; seen: Seen }> {
  const idOf = await request.store.as({ role: "worker" }, equipmentIdsByLabel);
  const seen = new Seen(equipmentSubject(place.label), request);
  const replay = await replayRecords(request.store, idOf, (row) => seen.add(row), { roots });
  return { replay, seen };
}

async function auditReadings(request: AuditRequest, place: AuditedEquipment, seen: Seen): Promise<Finding[]> {
  const windows = [...seen.windows.values()].sort((a, b) => a.row.fromMs - b.row.fromMs);
  const tiled = [...seen.tiled.values()].sort((a, b) => a.fromMs - b.fromMs);
  const [first, last] = [tiled[0], tiled.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { tenantId, id: equipmentId } = place;
  const span = { tenantId, equipmentId, from: first.fromMs, to: last.toMs };
  const [stay] = await readStays(request, [span]);
  const rows = sealedRows(windows, stay?.points ?? [], stay?.rows ?? []);
  const waiting = await request.store.as({ role: "worker" }, async (tx) => {
    const dirty = (await readWindows(tx, span)).filter((window) => window.dirty || window.versions < 0);
    return new Set([...dirty.map(({ fromMs }) => fromMs), ...(await waitingWindows(tx, first.subject))]);
  });
  const tiledFrom = tiled.find(({ kind }) => kind === "segment")?.fromMs ?? Number.POSITIVE_INFINITY;
  return [
    ...auditWindows({ equipment: equipmentId, windows, rosters: seen.rosters, rows, waiting }),
    ...auditTiling(equipmentId, tiled, tiledFrom),
  ];
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

function parsed<Body>(body: string): Body {
  return JSON.parse(body) as Body;
}
