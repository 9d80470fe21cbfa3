import { AppError } from "#domain/errors.ts";
import { type AnchorJob, updateJob } from "#store/anchor-jobs.ts";
import { saveTransaction } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { encodeExtend } from "./contract.ts";
import { crashAt } from "./crash-at.ts";
import { currentFees } from "./current-fees.ts";
import { dearerTransaction } from "./dearer-transaction.ts";
import { refuseOverspend } from "./refuse-overspend.ts";
import { type SignedTransaction, signTransaction } from "./transaction.ts";
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
  await refuseOverspend(log);
  const proof = await log.store.as({ role: "worker" }, (tx) => consistencyBetween(tx, oldSize, job.newSize));
  const data = encodeExtend(log.logId, { newSize: BigInt(job.newSize), newRoot: job.root, proof });
  const signed = await signTransaction(log.chain, log.signer, {
    ...{ to: log.contract, data, nonce },
    feeMaxWei: feeMaxWei(log),
  });
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
  const fees = { now: await currentFees(log.chain), maxWei: feeMaxWei(log) };
  return storeSigned(log, job, await dearerTransaction(job.rawTx, log.signer, fees));
}

/**
 * Sends a stored transaction; sent again it does no harm, since the head moves from one size only once. Where the node holds
 * another one of this nonce, it counts as sent, and is made dearer in its time.
 */
export async function sendExtension(
  log: AnchoredLog,
  job: AnchorJob & { rawTx: string },
  block: number,
): Promise<void> {
  await log.chain.sendRaw(job.rawTx).catch((error) => {
    if (!isUnderpriced(error)) throw error;
  });
  crashAt("sent", log.config);
  const sent = { state: "sent", sentAt: log.clock(), blockNumber: block } as const;
  await log.store.as({ role: "worker" }, (tx) => updateJob(tx, job.newSize, sent));
  await log.chain.afterTransaction();
}

async function storeSigned(
  log: AnchoredLog,
  job: AnchorJob,
  { raw, hash, nonce }: SignedTransaction,
): Promise<AnchorJob & { rawTx: string }> {
  const attempts = job.attempts + 1;
  const signed = {
    state: "signed",
    oldSize: job.oldSize,
    nonce,
    rawTx: raw,
    txHash: hash,
    attempts,
  } as const;
  const sent = { account: log.signer.account, nonce, rawTx: raw, sentAt: log.clock() };
  await log.store.as({ role: "worker" }, async (tx) => {
    await updateJob(tx, job.newSize, signed);
    await saveTransaction(tx, sent);
  });
  crashAt("signed", log.config);
  return { ...job, ...signed };
}

/** The most that we offer per gas. */
export function feeMaxWei({ config }: Pick<AnchoredLog, "config">): bigint {
  return BigInt(config.anchorFeeMaxGwei) * 1_000_000_000n;
}

/** The node holds another transaction of this nonce: geth, Besu, anvil and Nethermind all say "underpriced" in some form. */
export function isUnderpriced(error: unknown): boolean {
  return error instanceof AppError && /underpriced/i.test(String(error.facts.rpcMessage));
}
