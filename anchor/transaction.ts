import { setTimeout as delay } from "node:timers/promises";
import { computeAddress, Transaction } from "ethers";
import { AppError } from "#domain/errors.ts";
import type { Chain } from "./chain.ts";
import { currentFees, type Fees } from "./current-fees.ts";
import { feesAbove } from "./fees-above.ts";
import type { Signer } from "./signer.ts";

const pollMs = 200;
const receiptTimeoutMs = 120_000;
/** Room above the estimate: a day's first extend costs 22,600 gas more than one estimated before midnight. */
const spareGas = 40_000n;

/** A signed transaction: `raw` and `hash` as 0x-hex. */
export interface SignedTransaction {
  readonly raw: string;
  readonly hash: string;
  readonly nonce: number;
}

/** What a receipt says that we use. */
export interface Receipt {
  readonly succeeded: boolean;
  readonly blockNumber: number;
  readonly contractAddress: string | null;
  readonly gas: bigint;
  readonly costWei: bigint;
}

/** The account of a private key, checksummed 0x-hex. */
export function accountOf(key: string): string {
  return computeAddress(key);
}

/** The nonce after all transactions of an account that the node knows of, pending ones too. */
export async function nextNonce(chain: Chain, account: string): Promise<number> {
  return Number(await chain.rpc("eth_getTransactionCount", [account, "pending"]));
}

interface TransactionRequest {
  readonly to?: string;
  readonly data: string;
  readonly nonce: number;
  readonly feeMaxWei?: bigint;
  readonly replaces?: string;
}

/**
 * Signs a call (or, without `to`, a deployment) with this nonce, at the chain's fees up to `feeMaxWei` per gas. A call
 * that would fail is refused here, as CONFLICT with the contract's error in `facts.data`. `replaces` is a raw transaction
 * of this nonce that nodes may still hold.
 * @throws TooCostly when the chain asks for more than that
 */
export async function signTransaction(
  chain: Chain,
  signer: Signer,
  request: TransactionRequest,
): Promise<SignedTransaction> {
  const { to, data, nonce, replaces } = request;
  const estimate = BigInt(String(await chain.rpc("eth_estimateGas", [{ from: signer.account, to, data }])));
  const fees = await feesOf(chain, request);
  const gasLimit = noLess(estimate + spareGas, replaces);
  const fields = { chainId: chain.chainId, to, data, nonce, gasLimit, ...fees };
  const raw = await signer.sign(fields);
  return { raw, hash: Transaction.from(raw).hash ?? "", nonce };
}

/** What isn't used isn't paid; so the newest one of a nonce is also the one that may cost most. */
function noLess(gas: bigint, replaces: string | undefined): bigint {
  const before = replaces === undefined ? 0n : Transaction.from(replaces).gasLimit;
  return before > gas ? before : gas;
}

async function feesOf(chain: Chain, { feeMaxWei, replaces }: TransactionRequest): Promise<Fees> {
  const now = await currentFees(chain, feeMaxWei);
  if (replaces === undefined || feeMaxWei === undefined || feeMaxWei === 0n) return now;
  return feesAbove(replaces, { now, maxWei: feeMaxWei });
}

/** Waits until a transaction is in a block; UNAVAILABLE after 2 min. */
export async function waitForReceipt(chain: Chain, hash: string): Promise<Receipt> {
  for (let waitedMs = 0; waitedMs < receiptTimeoutMs; waitedMs += pollMs) {
    const receipt = (await chain.rpc("eth_getTransactionReceipt", [hash])) as RpcReceipt | null;
    if (receipt !== null) return readReceipt(receipt);
    await delay(pollMs);
  }
  throw new AppError("UNAVAILABLE", "A transaction wasn't taken into a block for 2 minutes", { hash });
}

interface RpcReceipt {
  readonly status: string;
  readonly blockNumber: string;
  readonly contractAddress: string | null;
  readonly gasUsed: string;
  /** Chains without fees may leave it out. */
  readonly effectiveGasPrice?: string;
}

function readReceipt({ status, blockNumber, contractAddress, ...spent }: RpcReceipt): Receipt {
  const gas = BigInt(spent.gasUsed);
  const costWei = gas * BigInt(spent.effectiveGasPrice ?? 0);
  return {
    succeeded: BigInt(status) === 1n,
    blockNumber: Number(blockNumber),
    contractAddress,
    gas,
    costWei,
  };
}
