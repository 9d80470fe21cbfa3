import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import { type AnchorJob, openJobs, updateJob } from "#store/anchor-jobs.ts";
import { logSize } from "#store/entries.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import type { Head } from "./contract.ts";
import { crashAt } from "./crash-at.ts";
import { noteExtension, sendExtension, signDearer, signExtension } from "./extend-chain.ts";
import { findAnchoring } from "./find-anchoring.ts";
import { LogFork } from "./log-fork.ts";
import { mirrorSeals } from "./mirror-seals.ts";
import { sendAsItIs } from "./send-as-it-is.ts";
import { type HeadFacts, type NextStep, nextStep, type Settlement, settleJob } from "./settle-jobs.ts";
import { sentUnder } from "./sign-call.ts";
import { TooCostly } from "./too-costly.ts";
import { rootAt } from "./tree.ts";

/** Where our log stands on chain; sizes, and the time of the finalized head (epoch ms, null at size 0). */
export interface Standing {
  readonly latest: number;
  /** Null while only one of several endpoints answers. */
  readonly finalized: number | null;
  readonly asOf: number | null;
  /** Whether the finalized head covers everything that was planned. */
  readonly isSettled: boolean;
  /** Whether no anchor is under way or waits to be sent: the account's next nonce is free. */
  readonly isIdle: boolean;
  /** Why nothing is sent for now, where the operator's limits of cost forbid it. */
  readonly tooCostly: string | null;
}

/**
 * One round of bringing the chain's head to our newest planned size, exactly once: decided from `head()` at latest and
 * finalized alone, by compare-and-swap on the size (design §5, reference anchoring.md §6.6). Safe to repeat at any time.
 * Nothing above `mirrored`, the number of entries that are durable in the second place, is brought on chain.
 * @throws LogFork when the chain holds what our log doesn't; EndpointsDisagree; AppError UNAVAILABLE or CONFLICT
 */
export async function reconcile(log: AnchoredLog, mirrored: number): Promise<Standing> {
  // The finalized head comes first, so that it is never ahead of the latest one.
  const { head: finalized, isConfirmed } = await headOf(log, "finalized");
  const { head: latest, block } = await headOf(log, "latest");
  // Of the same block, so that a nonce used up by then is burnt if that head hasn't moved; whoever gave it knows the block.
  const asked = [log.signer.account, `0x${block.toString(16)}`];
  const nonce = Number(await log.chain.rpc("eth_getTransactionCount", asked));
  await refuseFork(log, [latest, finalized]);
  const jobs = await settleAll(log, factsOf(latest), isConfirmed ? factsOf(finalized) : null);
  const chain = { size: Number(latest.size), nonce, block, now: log.clock() };
  const durable = jobs.filter(({ newSize }) => newSize <= mirrored);
  const { isSent, tooCostly } = await goOn(log, nextStep(durable, chain), chain);
  if (!isSent && latest.size > finalized.size) await log.chain.afterTransaction();
  const target = Math.max(0, ...jobs.map(({ newSize }) => newSize));
  return {
    latest: chain.size,
    finalized: isConfirmed ? Number(finalized.size) : null,
    asOf: finalized.size === 0n || !isConfirmed ? null : finalized.anchoredAtS * 1000,
    isSettled: isConfirmed && Number(finalized.size) >= target,
    isIdle: chain.size >= target,
    tooCostly,
  };
}

type SizedHead = Pick<Head, "root" | "size" | "anchoredAtS">;

const noHead: SizedHead = { root: new Uint8Array(32), size: 0n, anchoredAtS: 0 };

/** The head at a block; at a finalized block before our contract there is none yet. */
async function headOf(
  log: AnchoredLog,
  tag: "latest" | "finalized",
): Promise<{ head: SizedHead; block: number; isConfirmed: boolean }> {
  const { head, ...seen } = await log.chain.agreedHead(log.contract, log.logId, tag);
  if (head === null && tag === "latest")
    throw new AppError("UNAVAILABLE", "the contract is not on the chain", { part: "chain" });
  return { head: head ?? noHead, ...seen };
}

async function refuseFork(log: AnchoredLog, heads: readonly Pick<Head, "root" | "size">[]): Promise<void> {
  await log.store.as({ role: "worker" }, async (tx) => {
    const size = await logSize(tx);
    for (const head of heads) {
      if (head.size === 0n) continue;
      if (head.size > size)
        throw new LogFork(`the chain holds ${head.size} entries of our log, we have ${size}`);
      const isOurs = equalBytes(await rootAt(tx, Number(head.size)), head.root);
      if (!isOurs) throw new LogFork(`the chain holds another root than ours at size ${head.size}`);
    }
  });
}

/** Notes what the heads say of every open job, and gives the jobs as they are then. */
async function settleAll(
  log: AnchoredLog,
  latest: HeadFacts,
  finalized: HeadFacts | null,
): Promise<AnchorJob[]> {
  const jobs = await log.store.as({ role: "worker" }, (tx) => openJobs(tx, latest.size));
  const settled: AnchorJob[] = [];
  for (const job of jobs) {
    const change = await changeOf(log, job, settleJob(job, latest, finalized));
    if (change !== null) await log.store.as({ role: "worker" }, (tx) => updateJob(tx, job.newSize, change));
    settled.push({ ...job, ...change });
  }
  if (settled.some((job, at) => job.anchoredAt !== jobs[at]?.anchoredAt)) {
    crashAt("included", log.config);
    await mirrorSeals(log, latest.anchoredAt);
  }
  return settled;
}

async function changeOf(
  log: AnchoredLog,
  job: AnchorJob,
  settlement: Settlement,
): Promise<Partial<Omit<AnchorJob, "newSize">> | null> {
  if (settlement.step === "keep") return null;
  if (settlement.step === "ask-receipt") {
    return { state: (await findAnchoring(log, job)) === null ? "superseded" : "final" };
  }
  const isAnchored = settlement.change.state === "included" || settlement.change.state === "final";
  return isAnchored ? { ...settlement.change, ...(await findAnchoring(log, job)) } : settlement.change;
}

async function goOn(
  log: AnchoredLog,
  next: NextStep,
  { size, nonce, block }: { size: number; nonce: number; block: number },
): Promise<{ isSent: boolean; tooCostly: string | null }> {
  if (next.step === "nothing") return { isSent: false, tooCostly: null };
  try {
    const signed =
      next.step === "sign"
        ? await signExtension(log, next.job, { oldSize: size, nonce })
        : next.step === "bump"
          ? await signDearer(log, next.job)
          : next.job;
    await sendExtension(log, signed, block);
    return { isSent: true, tooCostly: null };
  } catch (error) {
    if (!(error instanceof TooCostly)) throw error;
    const isPaid = await goOnAsItIs(log, next, { nonce, block });
    return { isSent: false, tooCostly: isPaid ? null : error.message };
  }
}

/** Where nothing dearer may be signed, what has this nonce goes out again if it pays what the chain asks for now: gives whether it does. */
async function goOnAsItIs(
  log: AnchoredLog,
  next: Exclude<NextStep, { step: "nothing" }>,
  { nonce, block }: { nonce: number; block: number },
): Promise<boolean> {
  if (next.step === "sign") {
    const waiting = await sentUnder(log, nonce);
    return waiting !== null && sendAsItIs(log, waiting.rawTx);
  }
  const isPaid = await sendAsItIs(log, next.job.rawTx);
  if (isPaid) await noteExtension(log, next.job, block);
  return isPaid;
}

function factsOf(head: { size: bigint; anchoredAtS: number }): HeadFacts {
  return { size: Number(head.size), anchoredAt: head.anchoredAtS * 1000 };
}
