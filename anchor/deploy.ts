import { keccak256 } from "ethers";
import { AppError } from "#domain/errors.ts";
import type { Chain } from "./chain.ts";
import { encodeDeployment, encodeRegister } from "./contract.ts";
import { accountOf, nextNonce, type Receipt, signTransaction, waitForReceipt } from "./transaction.ts";

/** A deployed contract: its address, the keccak256 of its runtime code as the chain holds it, and its first block. */
export interface Deployment {
  readonly contract: string;
  readonly codeHash: string;
  readonly block: number;
}

/**
 * Deploys `ColdmarkLog` and registers the log of this origin. The signer pays and becomes the registrar; `admin` and
 * `publisher` are other accounts or its own. Nothing is kept here: called again it deploys another contract.
 * @throws AppError CONFLICT (refused), UNAVAILABLE (no answer, or not in a block in time).
 */
export async function deployLog(
  chain: Chain,
  signerKey: string,
  log: { origin: string; publisher: string; admin: string },
): Promise<Deployment> {
  const signer = accountOf(signerKey);
  const nonce = await nextNonce(chain, signer);
  const deployment = await transact(chain, signerKey, { data: encodeDeployment(log.admin, signer), nonce });
  const contract = deployment.contractAddress;
  if (contract === null) throw new AppError("CONFLICT", "The chain made no contract of our code");
  const data = encodeRegister(log.origin, log.publisher);
  await transact(chain, signerKey, { to: contract, data, nonce: nonce + 1 });
  const code = String(await chain.rpc("eth_getCode", [contract, "latest"]));
  return { contract, codeHash: keccak256(code), block: deployment.blockNumber };
}

async function transact(
  chain: Chain,
  key: string,
  request: { to?: string; data: string; nonce: number },
): Promise<Receipt> {
  const { raw, hash } = await signTransaction(chain, key, request);
  await chain.sendRaw(raw);
  await chain.afterTransaction();
  const receipt = await waitForReceipt(chain, hash);
  if (!receipt.succeeded) throw new AppError("CONFLICT", "A transaction of the deployment failed", { hash });
  return receipt;
}
