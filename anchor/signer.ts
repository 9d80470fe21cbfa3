import { Transaction, type TransactionLike, Wallet } from "ethers";
import { AppError } from "#domain/errors.ts";
import { post } from "./chain/endpoints.ts";

/** Who signs our transactions: its account (checksummed 0x-hex), and a transaction with its signature, raw as 0x-hex. */
export interface Signer {
  readonly account: string;
  /** @throws AppError UNAVAILABLE (no answer), CONFLICT (refused, or something else was signed) */
  sign(transaction: TransactionLike<string>): Promise<string>;
}

/** Signs with a private key (0x-hex) that this process holds. */
export function keySigner(key: string): Signer {
  const wallet = new Wallet(key);
  return { account: wallet.address, sign: (transaction) => wallet.signTransaction(transaction) };
}

/**
 * Has a signer that holds the key sign for this account, by JSON-RPC: `eth_signTransaction` as Web3Signer has it, else
 * `account_signTransaction` as Clef has it. What comes back is taken only if it is what was asked for, signed by that account.
 */
export function outsideSigner(url: string, account: string): Signer {
  return {
    account,
    async sign(transaction) {
      const asked = requestOf(transaction, account);
      const raw = rawOf(await ask(url, asked));
      refuseOther(raw, Transaction.from(transaction), account);
      return raw;
    },
  };
}

const noSuchMethod = -32601;

async function ask(url: string, request: Readonly<Record<string, string>>): Promise<unknown> {
  try {
    return await post(url, "eth_signTransaction", [request]).catch((error) => {
      if (error instanceof AppError && error.facts.rpcCode === noSuchMethod)
        return post(url, "account_signTransaction", [request]);
      throw error;
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "UNAVAILABLE")
      throw new AppError("UNAVAILABLE", "ANCHOR_SIGNER_URL doesn't answer", {}, error);
    throw new AppError("CONFLICT", `the signer refused: ${error.facts.rpcMessage}`, {}, error);
  }
}

/** The transaction as JSON-RPC has it; what isn't set is left out. */
function requestOf(transaction: TransactionLike<string>, from: string): Record<string, string> {
  const { to, data, nonce, chainId, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const numbers = {
    ...{ gas: transaction.gasLimit, value: 0, nonce, chainId },
    ...{ gasPrice, maxFeePerGas, maxPriorityFeePerGas },
  };
  const hex = Object.entries(numbers).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, `0x${BigInt(value).toString(16)}`]],
  );
  return { from, ...(to ? { to } : {}), data: data ?? "0x", ...Object.fromEntries(hex) };
}

/** Web3Signer answers with the raw transaction, Clef and geth with `{raw, tx}`. */
function rawOf(answer: unknown): string {
  const raw = typeof answer === "object" && answer !== null && "raw" in answer ? answer.raw : answer;
  if (typeof raw === "string" && /^0x[0-9a-f]+$/i.test(raw)) return raw;
  throw new AppError("CONFLICT", "the signer's answer is no signed transaction");
}

/** Same bytes to be signed, so same chain, nonce, fees, receiver and data; and the account that we asked for. */
function refuseOther(raw: string, asked: Transaction, account: string): void {
  const signed = parseOrNull(raw);
  if (signed === null) throw new AppError("CONFLICT", "the signer's answer is no signed transaction");
  if (signed.unsignedHash !== asked.unsignedHash)
    throw new AppError("CONFLICT", "the signer signed another transaction than it was asked for");
  if (signed.from?.toLowerCase() !== account.toLowerCase())
    throw new AppError("CONFLICT", `the signer signed as ${signed.from}, not as ANCHOR_ACCOUNT`);
}

function parseOrNull(raw: string): Transaction | null {
  try {
    return Transaction.from(raw);
  } catch {
    return null;
  }
}
