import { equalBytes, toHex } from "#domain/log/bytes.ts";
import { ChainView, sealDigest } from "#domain/log/chain-view.ts";
import { type AnchorJob, newestFinalJobs, updateJob } from "#store/anchor-jobs.ts";
import { forgetSealsFrom, sealsFrom } from "#store/seals.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { findAnchoring } from "./find-anchoring.ts";
import { LogFork } from "./log-fork.ts";
import { mirrorSeals } from "./mirror-seals.ts";
import { rootAt } from "./tree.ts";

const anchorsWatched = 20;
const dayMs = 86_400_000;

/**
 * The sentinel: our last 20 final anchors are still what our log says, what their transactions say, and what the days'
 * seals say. Gives the sizes whose transaction the chain no longer knows: their proofs need a seal.
 * @throws LogFork when either of them says something else
 */
export async function watchAnchors(log: AnchoredLog): Promise<readonly number[]> {
  const jobs = await log.store.as({ role: "worker" }, (tx) => newestFinalJobs(tx, anchorsWatched));
  await refuseChangedLog(log, jobs);
  const view = new ChainView(log.chain.rpc, log.contract, log.logId);
  const lost: number[] = [];
  for (const job of jobs) if (!(await isStillAnchored(log, view, job))) lost.push(job.newSize);
  const oldest = Math.min(...jobs.map(({ anchoredAt }) => anchoredAt ?? Number.POSITIVE_INFINITY));
  if (Number.isFinite(oldest)) await watchSeals(log, view, Math.floor(oldest / dayMs));
  return lost;
}

/** Our own records may have been changed after anchoring, or restored from another time. */
async function refuseChangedLog({ store }: AnchoredLog, jobs: readonly AnchorJob[]): Promise<void> {
  await store.as({ role: "worker" }, async (tx) => {
    for (const { newSize, root } of jobs) {
      if (!equalBytes(await rootAt(tx, newSize), root))
        throw new LogFork(`our log has another root at size ${newSize} than the one that was anchored`);
    }
  });
}

async function isStillAnchored(log: AnchoredLog, view: ChainView, job: AnchorJob): Promise<boolean> {
  if (job.txHash === null) return false;
  const said = await view.anchoredBy(job.txHash);
  if (said === null) return refind(log, job);
  if (said.size === job.newSize && said.root === toHex(job.root)) return true;
  throw new LogFork(`the transaction of our anchor at size ${job.newSize} anchored something else`);
}

/** A transaction that was replaced, or mined again in another block, is found by its event. */
async function refind(log: AnchoredLog, job: AnchorJob): Promise<boolean> {
  const found = await findAnchoring(log, { newSize: job.newSize, txHash: null });
  if (found !== null) await log.store.as({ role: "worker" }, (tx) => updateJob(tx, job.newSize, found));
  return found !== null;
}

/** A reorg may seal a day with the same head at another time: what we kept is read anew, and must be explained. */
async function watchSeals(log: AnchoredLog, view: ChainView, fromDay: number): Promise<void> {
  const kept = await log.store.as({ role: "worker" }, (tx) => sealsFrom(tx, fromDay));
  const newest = kept.at(-1);
  if (newest === undefined) return;
  const digests = await view.seals(fromDay, newest.day);
  const changed = kept.find(
    (seal) => digests.get(seal.day) !== sealDigest({ ...seal, root: toHex(seal.root) }),
  );
  if (changed === undefined) return;
  await log.store.as({ role: "worker" }, (tx) => forgetSealsFrom(tx, changed.day));
  await mirrorSeals(log, (newest.day + 1) * dayMs - 1);
  const again = await log.store.as({ role: "worker" }, (tx) => sealsFrom(tx, changed.day));
  const isExplained = digests.get(changed.day) === undefined || again[0]?.day === changed.day;
  if (!isExplained)
    throw new LogFork(`the chain seals day ${changed.day} with a head that we never anchored`);
}
