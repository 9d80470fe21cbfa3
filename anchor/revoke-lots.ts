import { AppError } from "#domain/errors.ts";
import { type RecalledLot, recalledLots } from "#store/packs.ts";
import { saveTransaction } from "#store/sent-transactions.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import {
  decodeIsRevoker,
  decodeRevocation,
  encodeIsRevoker,
  encodeRevocation,
  encodeRevoke,
  lotSubject,
} from "./contract.ts";
import { feeMaxWei, isUnderpriced } from "./extend-chain.ts";
import { refuseOverspend } from "./refuse-overspend.ts";
import type { SayOnce } from "./say-once.ts";
import { signTransaction } from "./transaction.ts";

/** The only reason there is here: its maker recalled it. */
const recalledByMaker = 1;

/** What was found on chain already, so that it isn't asked each round; whoever doubts it forgets it. */
export type RevokedLots = Set<string>;

/**
 * Tells the contract of lots that were recalled here, one a round, where it lets our account speak for the GTIN. What is told
 * is read back from the contract, and its next nonce is the chain's: killed at any point, the same call is signed again, and the
 * contract refuses a second one, so it is stored only for what it may cost. Only to be called while no anchor is under way. Our own chain
 * proves nothing to outsiders: there a recall stays in the log.
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

async function send(log: AnchoredLog, data: string): Promise<void> {
  const nonce = Number(await log.chain.rpc("eth_getTransactionCount", [log.signer.account, "latest"]));
  await refuseOverspend(log);
  const request = { to: log.contract, data, nonce, feeMaxWei: feeMaxWei(log) };
  const { raw } = await signTransaction(log.chain, log.signer, request);
  const sent = { account: log.signer.account, nonce, rawTx: raw, sentAt: log.clock() };
  await log.store.as({ role: "worker" }, (tx) => saveTransaction(tx, sent));
  await log.chain.sendRaw(raw).catch((error) => {
    if (!isUnderpriced(error)) throw error;
  });
  await log.chain.afterTransaction();
}

async function ask({ chain, contract }: AnchoredLog, data: string): Promise<string> {
  return String(await chain.rpc("eth_call", [{ to: contract, data }, "latest"]));
}
