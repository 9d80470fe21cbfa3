import { type AuditReport as Audited, auditEquipment } from "#anchor/audit-equipment.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import type { Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";

/** What an audit is asked: an equipment's id or label, a time span in epoch ms, and receipts a gateway kept. */
export interface AuditInput {
  readonly equipment: string;
  readonly from: number;
  readonly to: number;
  readonly receipts: string | null;
}

/** What an audit reads. */
export interface AuditParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly rpc: Rpc | null;
  readonly trust: TrustFile | null;
  /** Folder of the inbox's exported days. */
  readonly exportDir: string;
}

/** What an audit found, and whether there was a chain to ask; without one only the log's own checkpoints speak for it. */
export interface AuditReport extends Audited {
  readonly isChainAsked: boolean;
}

/** Whether the chain can be asked, and what to trust in it is known. */
export function isChainThere({ rpc, trust }: Pick<AuditParts, "rpc" | "trust">): boolean {
  return rpc !== null && trust !== null;
}

/** Audits one equipment with the parts at hand; `input` may come from another process. */
export async function auditWith(
  { config, ...parts }: AuditParts & { readonly config: Config },
  input: unknown,
): Promise<AuditReport> {
  const { equipment, from, to, receipts } = input as AuditInput;
  if (typeof equipment !== "string" || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw new AppError("BAD_REQUEST", "an audit needs an equipment and two times");
  }
  const { mirrorDir, sealGraceMs, anchorMaxAgeMs } = config;
  const settings = { mirrorDir, sealGraceMs, anchorMaxAgeMs, now: Date.now() };
  const asked = { ...parts, ...settings, equipment, from, to, ...(receipts === null ? {} : { receipts }) };
  return { ...(await auditEquipment(asked)), isChainAsked: isChainThere(parts) };
}
