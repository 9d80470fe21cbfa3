import type { Tx } from "#store/connect.ts";
import { type SentTransaction, saveTransaction, transactionUnder } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { currentFees } from "./current-fees.ts";
import { dearerTransaction } from "./dearer-transaction.ts";
import { feeMaxWei } from "./fee-max-wei.ts";
import { isOfChain } from "./is-of-chain.ts";
import { offeredWei } from "./offered-wei.ts";
import { refuseOverspend } from "./refuse-overspend.ts";
import type { Signer } from "./signer.ts";
import { type SignedTransaction, signTransaction } from "./transaction.ts";

/**
 * Signs a call to the contract within a day's money, and dear enough to replace what we may have sent under its nonce before,
 * another call perhaps.
 * @throws TooCostly; AppError CONFLICT when the contract would refuse it (its error in `facts.data`)
 */
export async function signCall(
  log: AnchoredLog,
  { data, nonce }: { readonly data: string; readonly nonce: number },
): Promise<SignedTransaction> {
  const waiting = await sentUnder(log, nonce);
  return signTransaction(log.chain, cappedSigner(log), {
    ...{ to: log.contract, data, nonce, feeMaxWei: feeMaxWei(log) },
    ...(waiting === null ? {} : { replaces: waiting.rawTx }),
  });
}

/** Signs the same call under the same nonce at a fee that replaces the one before, where the cap allows that. @throws TooCostly */
export async function signDearerCall(log: AnchoredLog, raw: string): Promise<SignedTransaction> {
  const maxWei = feeMaxWei(log);
  return dearerTransaction(raw, cappedSigner(log), { now: await currentFees(log.chain, maxWei), maxWei });
}

/** What we may have sent to this chain under a nonce; null on a chain of our own, which begins anew when its file is lost. */
export async function sentUnder(log: AnchoredLog, nonce: number): Promise<SentTransaction | null> {
  if (log.chain.kind === "anvil") return null;
  const place = { account: log.signer.account, nonce };
  const sent = await log.store.as({ role: "worker" }, (tx) => transactionUnder(tx, place));
  return sent !== null && isOfChain(log.chain, sent) ? sent : null;
}

/** Notes a transaction before it is sent. Either one of a nonce may be mined: the dearer one is what it may have cost. */
export async function noteSent(
  tx: Tx,
  { chain, signer, clock }: Pick<AnchoredLog, "chain" | "signer" | "clock">,
  { raw, nonce }: SignedTransaction,
): Promise<void> {
  const place = { account: signer.account, nonce };
  const before = await transactionUnder(tx, place);
  const isCheaper = before !== null && isOfChain(chain, before) && offeredWei(raw) < offeredWei(before.rawTx);
  await saveTransaction(tx, { ...place, rawTx: isCheaper ? before.rawTx : raw, sentAt: clock() });
}

/** Our signer, but what a day's money doesn't cover is never signed. */
function cappedSigner(log: AnchoredLog): Signer {
  return {
    account: log.signer.account,
    async sign(transaction) {
      await refuseOverspend(log, transaction);
      return log.signer.sign(transaction);
    },
  };
}
