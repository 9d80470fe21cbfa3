import { Transaction } from "ethers";
import { AppError } from "#domain/errors.ts";
import { type RecalledLot, recalledLots } from "#store/packs.ts";
import type { SentTransaction } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import {
  decodeIsRevoker,
  decodeRevocation,
  encodeIsRevoker,
  encodeRevocation,
  encodeRevoke,
  lotSubject,
} from "./contract.ts";
import { deliver } from "./deliver.ts";
import { feeMaxWei } from "./fee-max-wei.ts";
import type { SayOnce } from "./say-once.ts";
import { sendAsItIs } from "./send-as-it-is.ts";
import { bumpAfterMs } from "./settle-jobs.ts";
import { noteSent, sentUnder, signCall, signDearerCall } from "./sign-call.ts";
import { TooCostly } from "./too-costly.ts";
import type { SignedTransaction } from "./transaction.ts";

/** The only reason there is here: its maker recalled it. */
const recalledByMaker = 1;

/** What was found on chain already, so that it isn't asked each round; whoever doubts it forgets it. */
export type RevokedLots = Set<string>;

/**
 * Tells the contract of lots that were recalled here, one a round, where it lets our account speak for the GTIN. What is told
 * is read back from the contract, and its next nonce is the chain's: killed at any point, the same call goes out again, and the
 * contract refuses a second one. Only to be called while no anchor is under way. Our own chain proves nothing to outsiders: there
 * a recall stays in the log.
 * @returns whether something was sent that isn't on chain yet
 * @throws TooCostly; AppError UNAVAILABLE or CONFLICT from the chain
 */
export async function revokeLots(
  log: AnchoredLog,
  { revoked, steps }: { revoked: RevokedLots; steps: SayOnce },
): Promise<boolean> {
  if (log.chain.kind === "anvil") return false;
  const lots = await log.store.as({ role: "worker" }, recalledLots);
  for (const lot of lots) {
    const subject = lotSubject(lot.gtin, lot.lot);
    if (revoked.has(subject)) continue;
    const { sinceS } = decodeRevocation(await ask(log, encodeRevocation(subject)));
    if (sinceS > 0) revoked.add(subject);
    else if (await tell(log, lot, steps)) return true;
  }
  return false;
}

async function tell(log: AnchoredLog, { gtin, lot }: RecalledLot, steps: SayOnce): Promise<boolean> {
  if (!decodeIsRevoker(await ask(log, encodeIsRevoker(gtin, log.signer.account)))) {
    const words = `the contract doesn't let ${log.signer.account} revoke lots of ${gtin}: its admin must say so (setRevoker)`;
    steps.failed(`revoke ${gtin}`, new AppError("CONFLICT", words));
    return false;
  }
  await send(log, encodeRevoke(gtin, lot, recalledByMaker));
  steps.worked(`revoke ${gtin}`);
  return true;
}

/** What has the nonce already goes out again where nothing dearer may be signed; while it pays what the chain asks for, nothing is too costly. */
async function send(log: AnchoredLog, data: string): Promise<void> {
  const nonce = await nextNonceOf(log);
  const before = await sentUnder(log, nonce);
  try {
    if (before !== null && isCall(before, log.contract, data)) await sendAgain(log, before);
    else await sendSigned(log, await signCall(log, { data, nonce }));
  } catch (error) {
    if (!(error instanceof TooCostly) || before === null) throw error;
    if (!(await sendAsItIs(log, before.rawTx))) throw error;
  }
  await log.chain.afterTransaction();
}

/** One that was sent already is sent again, and dearer where no block takes it. */
async function sendAgain(log: AnchoredLog, { rawTx, sentAt, nonce }: SentTransaction): Promise<void> {
  await deliver(log, rawTx);
  if (log.clock() - sentAt < bumpAfterMs || feeMaxWei(log) === 0n) return;
  const isTaken = (await nextNonceOf(log)) > nonce;
  if (!isTaken) await sendSigned(log, await signDearerCall(log, rawTx));
}

async function sendSigned(log: AnchoredLog, signed: SignedTransaction): Promise<void> {
  await log.store.as({ role: "worker" }, (tx) => noteSent(tx, log, signed));
  await deliver(log, signed.raw);
}

async function nextNonceOf({ chain, signer }: AnchoredLog): Promise<number> {
  return Number(await chain.rpc("eth_getTransactionCount", [signer.account, "latest"]));
}

function isCall({ rawTx }: SentTransaction, contract: string, data: string): boolean {
  const sent = Transaction.from(rawTx);
  return sent.to?.toLowerCase() === contract.toLowerCase() && sent.data === data;
}

async function ask({ chain, contract }: AnchoredLog, data: string): Promise<string> {
  return String(await chain.rpc("eth_call", [{ to: contract, data }, "latest"]));
}
