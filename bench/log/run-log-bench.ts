import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "#bench/ingest/figures.ts";
import { median } from "#bench/ingest/percentile.ts";
import { openOnPostgres } from "#test/support/both-stores.ts";
import { fillLog, measureAppends } from "./measure-appends.ts";
import { measureHeads } from "./measure-heads.ts";
import { measureMonth } from "./measure-month.ts";
import { measureProofs, type ProofTimes } from "./measure-proofs.ts";

/** What can be measured by itself. */
export const logParts = ["appends", "heads", "proofs", "month"] as const;
export type LogPart = (typeof logParts)[number];

/** How large a run is; `entries` is the longest log, reached in powers of ten from 10^4. */
export interface LogBench {
  readonly parts: ReadonlySet<LogPart>;
  readonly entries: number;
  readonly streams: number;
  readonly changed: number;
  readonly appends: number;
  readonly rounds: number;
  readonly proofs: number;
  readonly verifications: number;
  /** What PostgreSQL keeps of its tables in its own memory. */
  readonly sharedBuffersMb: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a run found: its figures, and the times of proofs by size for the chart. */
export interface LogFindings {
  readonly figures: readonly Figure[];
  readonly proofs: readonly ProofTimes[];
}

/** Appends, the heads tree and proofs, one after another: nothing else of ours runs meanwhile. */
export async function runLogBench(bench: LogBench): Promise<LogFindings> {
  const sizes = sizesUpTo(bench.entries);
  const { parts } = bench;
  const appends = parts.has("appends") ? await appendsAt(bench, sizes) : [];
  const heads = parts.has("heads") ? await headsFigures(bench) : [];
  const proofs = parts.has("proofs") ? await proofsAt(bench, sizes) : [];
  const month = parts.has("month") ? await monthFigures(bench) : [];
  const rates = appends.map(({ size, perSecond }) =>
    figure(`durable appends, log of ${size}`, perSecond, "entries/s", { least: 10_000 }),
  );
  return { figures: [...rates, ...heads, ...proofs.flatMap(proofFigures), ...month], proofs };
}

async function proofsAt({ proofs, say }: LogBench, sizes: readonly number[]): Promise<ProofTimes[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-bench-tiles-"));
  try {
    say(`proofs from a folder of tiles, ${sizes.join(", ")} entries`);
    return await measureProofs(folder, sizes, proofs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function appendsAt(
  { rounds, appends, sharedBuffersMb, say, signal }: LogBench,
  sizes: readonly number[],
) {
  const { store, stop } = await openOnPostgres([`shared_buffers=${sharedBuffersMb}MB`]);
  try {
    const found: { size: number; perSecond: number }[] = [];
    for (const size of sizes) {
      say(`appends to a log of ${size} entries`);
      await fillLog(store, size);
      const rates: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        signal.throwIfAborted();
        rates.push(await measureAppends(store, appends));
      }
      found.push({ size, perSecond: median(rates) ?? 0 });
    }
    return found;
  } finally {
    await stop();
  }
}

async function headsFigures({ streams, changed, rounds, sharedBuffersMb, say }: LogBench): Promise<Figure[]> {
  const { store, stop } = await openOnPostgres([`shared_buffers=${sharedBuffersMb}MB`]);
  try {
    say(`the heads tree of ${streams} streams`);
    const changes = await measureHeads(store, { streams, changed, rounds });
    const name = `heads tree of ${streams} streams, ${changed} changed`;
    const pages = median(changes.map((change) => change.pages));
    return [
      figure(name, median(changes.map(({ ms }) => ms)), "ms", { most: 1_000 }),
      figure(`${name}: pages written`, pages, "pages"),
    ];
  } finally {
    await stop();
  }
}

async function monthFigures({ verifications, say }: LogBench): Promise<Figure[]> {
  say("a pack's 30 days, verified in Node and in Chromium");
  const { gzippedBytes, nodeMs, browserMs, browserFirstMs } = await measureMonth(verifications);
  return [
    figure("a pack's 30 days, two points: gzipped", gzippedBytes, "bytes", { most: 150_000 }),
    figure("a pack's 30 days verified in Node", nodeMs, "ms"),
    figure("a pack's 30 days verified in Chromium", browserMs, "ms", { most: 25 }),
    figure("the first time in a page just opened", browserFirstMs, "ms"),
  ];
}

function proofFigures(times: ProofTimes): Figure[] {
  const at = `log of ${times.size}`;
  const most = { most: 1 };
  return [
    figure(`inclusion proof, ${at}`, times.inclusion.p50, "ms", most),
    figure(`inclusion proof, ${at}, p99`, times.inclusion.p99, "ms"),
    figure(`consistency proof, ${at}`, times.consistency.p50, "ms", most),
    figure(`consistency proof, ${at}, p99`, times.consistency.p99, "ms"),
    figure(`verify inclusion, ${at}`, times.verifyInclusion.p50, "ms", most),
    figure(`verify consistency, ${at}`, times.verifyConsistency.p50, "ms", most),
    figure(`hashes in the longest inclusion proof, ${at}`, times.hashesInProof, "hashes"),
  ];
}

function sizesUpTo(entries: number): number[] {
  const sizes: number[] = [];
  for (let size = 10_000; size < entries; size *= 10) sizes.push(size);
  return [...sizes, entries];
}

function figure(
  name: string,
  value: number | null,
  unit: string,
  { least, most }: { least?: number; most?: number } = {},
): Figure {
  const rounded = value === null ? null : Math.round(value * 1_000) / 1_000;
  const target = least === undefined ? (most === undefined ? null : `<= ${most}`) : `>= ${least}`;
  const isMet =
    value !== null &&
    value >= (least ?? Number.NEGATIVE_INFINITY) &&
    value <= (most ?? Number.POSITIVE_INFINITY);
  return { name, value: rounded, unit, target, met: target === null ? null : isMet };
}
