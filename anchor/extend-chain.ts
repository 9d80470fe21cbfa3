import { type AnchorJob, updateJob } from "#store/anchor-jobs.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { encodeExtend } from "./contract.ts";
import { crashAt } from "./crash-at.ts";
import { deliver } from "./deliver.ts";
import { feeMaxWei } from "./fee-max-wei.ts";
import { noteSent, signCall, signDearerCall } from "./sign-call.ts";
import type { SignedTransaction } from "./transaction.ts";
import { consistencyBetween } from "./tree.ts";

/**
 * Signs the step of the head from `oldSize` to the job's size and stores the transaction; nothing is sent here.
 * @throws AppError CONFLICT when the contract would refuse it (its error in `facts.data`); TooCostly
 */
export async function signExtension(
  log: AnchoredLog,
  job: AnchorJob,
  { oldSize, nonce }: { oldSize: number; nonce: number },
): Promise<AnchorJob & { rawTx: string }> {
  const proof = await log.store.as({ role: "worker" }, (tx) => consistencyBetween(tx, oldSize, job.newSize));
  const data = encodeExtend(log.logId, { newSize: BigInt(job.newSize), newRoot: job.root, proof });
  const signed = await signCall(log, { data, nonce });
  return storeSigned(log, { ...job, oldSize }, signed);
}

/**
 * Signs the same step under the same nonce at a fee that replaces the one before; where there are no fees, it stays as it is.
 * @throws TooCostly
 */
export async function signDearer(
  log: AnchoredLog,
  job: AnchorJob & { rawTx: string },
): Promise<AnchorJob & { rawTx: string }> {
  if (feeMaxWei(log) === 0n) return job;
  return storeSigned(log, job, await signDearerCall(log, job.rawTx));
}

/** Sends a stored transaction; sent again it does no harm, since the head moves from one size only once. */
export async function sendExtension(
  log: AnchoredLog,
  job: AnchorJob & { rawTx: string },
  block: number,
): Promise<void> {
  await deliver(log, job.rawTx);
  crashAt("sent", log.config);
  await noteExtension(log, job, block);
  await log.chain.afterTransaction();
}

/** Notes that a transaction went out when this block was the newest: it is made dearer some time after that. */
export async function noteExtension(log: AnchoredLog, job: AnchorJob, block: number): Promise<void> {
  const sent = { state: "sent", sentAt: log.clock(), blockNumber: block } as const;
  await log.store.as({ role: "worker" }, (tx) => updateJob(tx, job.newSize, sent));
}

async function storeSigned(
  log: AnchoredLog,
  job: AnchorJob,
  transaction: SignedTransaction,
): Promise<AnchorJob & { rawTx: string }> {
  const attempts = job.attempts + 1;
  const { raw: rawTx, hash: txHash, nonce } = transaction;
  const signed = { state: "signed", oldSize: job.oldSize, nonce, rawTx, txHash, attempts } as const;
  await log.store.as({ role: "worker" }, async (tx) => {
    await updateJob(tx, job.newSize, signed);
    await noteSent(tx, log, transaction);
  });
  crashAt("signed", log.config);
  return { ...job, ...signed };
}
