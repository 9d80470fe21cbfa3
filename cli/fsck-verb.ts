import type { Finding } from "#anchor/audit/finding.ts";
import { type Checked, type CheckProgress, checkRecords } from "#anchor/check-records.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { decodeWith } from "#ingest/decode-with.ts";
import { openGatewayBook } from "#ingest/gateway-book.ts";
import { openAgain } from "#ingest/open-again.ts";
import { type AuditParts, isChainThere } from "./audit-verb.ts";

/** Which time is checked, epoch ms. */
export interface FsckInput {
  readonly from: number;
  readonly to: number;
}

/** What was found: all of it, or the first ten thousand. */
export interface FsckReport extends Checked {
  /** Records agree; there are some. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** No where there was no chain to ask: then only the log's own checkpoints speak for it. */
  readonly isChainAsked: boolean;
}

/** What a check in this process needs. */
export type FsckParts = AuditParts & { readonly config: Config };

const findingsKept = 10_000;

/** Checks all records with the parts at hand; `input` may come from another process. */
export async function fsckWith(
  { config, ...parts }: FsckParts,
  input: unknown,
  onProgress: (progress: CheckProgress) => void,
): Promise<FsckReport> {
  const { from, to } = input as FsckInput;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to))
    throw new AppError("BAD_REQUEST", "a check needs two times");
  const { store } = parts;
  const { sealGraceMs, anchorMaxAgeMs } = config;
  const graceMs = sealGraceMs;
  const opening = { store, graceMs, decode: decodeWith(config), book: openGatewayBook(store) };
  const findings: Finding[] = [];
  const checked = await checkRecords(
    { ...parts, mirrorDir: config.mirrorDir, readAgain: (messages) => openAgain(opening, messages) },
    {
      ...{ from, to, onProgress, now: Date.now(), sealGraceMs, anchorMaxAgeMs },
      onFinding: (finding) => {
        if (findings.length < findingsKept) findings.push(finding);
      },
    },
  );
  const ok = checked.count === 0 && checked.entries + checked.messages > 0;
  return { ok, ...checked, findings, isChainAsked: isChainThere(parts) };
}
