import type { AnchorJob } from "#store/anchor-jobs.ts";

/** A head as the jobs are judged by; `anchoredAt` in epoch ms. */
export interface HeadFacts {
  readonly size: number;
  readonly anchoredAt: number;
}

/** What becomes of a job: changes of its row, or a look at its receipt decides. */
export type Settlement =
  | { readonly step: "change"; readonly change: Partial<Omit<AnchorJob, "newSize">> }
  | { readonly step: "ask-receipt" }
  | { readonly step: "keep" };

/** What the chain took back; its transaction goes out again, unless its nonce is burnt by then. */
function takenBack({ rawTx }: AnchorJob): Settlement {
  const state = rawTx === null ? "planned" : "signed";
  return { step: "change", change: { state, sentAt: null, blockNumber: null, anchoredAt: null } };
}

/**
 * What two heads of the chain say of a job, `finalized` null while nobody confirms it. Only the heads decide, never an
 * event or what we believe to have sent (reference, anchoring.md §6.6).
 */
export function settleJob(job: AnchorJob, latest: HeadFacts, finalized: HeadFacts | null): Settlement {
  const { newSize, state } = job;
  const isOnChain = state === "included" || state === "final";
  if (newSize > latest.size) return isOnChain ? takenBack(job) : { step: "keep" };
  if (newSize === finalized?.size) {
    if (state === "final") return { step: "keep" };
    return { step: "change", change: { state: "final", anchoredAt: finalized.anchoredAt } };
  }
  if (newSize === latest.size) {
    if (state === "included" || (state === "final" && finalized === null)) return { step: "keep" };
    return { step: "change", change: { state: "included", anchoredAt: latest.anchoredAt } };
  }
  if (state === "included")
    return finalized !== null && newSize < finalized.size ? { step: "ask-receipt" } : { step: "keep" };
  return state === "final" ? { step: "keep" } : { step: "change", change: { state: "superseded" } };
}

/** What to do next to bring the chain's head from `size` to our newest planned size. */
export type NextStep =
  | { readonly step: "nothing" }
  | { readonly step: "sign"; readonly job: AnchorJob }
  | { readonly step: "send" | "bump"; readonly job: AnchorJob & { readonly rawTx: string } };

/** A transaction that no block took for so long is made dearer. */
export const bumpAfterMs = 30_000;
const bumpAfterBlocks = 3;

/**
 * One transaction at a time: what was signed for this very head with the next free nonce goes out, again and
 * dearer when it isn't taken; otherwise the newest planned size is signed, whatever lies between is skipped.
 */
export function nextStep(
  jobs: readonly AnchorJob[],
  chain: { readonly size: number; readonly nonce: number; readonly block: number; readonly now: number },
): NextStep {
  const above = jobs.filter((job) => job.newSize > chain.size).sort((a, b) => a.newSize - b.newSize);
  const active = above.find((job): job is AnchorJob & { rawTx: string } => isActive(job, chain));
  if (active?.state === "signed") return { step: "send", job: active };
  if (active !== undefined)
    return isStuck(active, chain) ? { step: "bump", job: active } : { step: "nothing" };
  const newest = above.at(-1);
  return newest === undefined ? { step: "nothing" } : { step: "sign", job: newest };
}

function isActive(job: AnchorJob, chain: { size: number; nonce: number }): boolean {
  const isUnderWay = job.state === "signed" || job.state === "sent";
  return isUnderWay && job.rawTx !== null && job.oldSize === chain.size && job.nonce === chain.nonce;
}

function isStuck(job: AnchorJob, { block, now }: { block: number; now: number }): boolean {
  return now - (job.sentAt ?? now) >= bumpAfterMs || block - (job.blockNumber ?? block) >= bumpAfterBlocks;
}
