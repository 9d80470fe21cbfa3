import { keccak256 } from "ethers";
import { AppError } from "#domain/errors.ts";
import type { Chain } from "./chain.ts";
import { encodeDeployment, encodeRegister } from "./contract.ts";
import type { Signer } from "./signer.ts";
import { nextNonce, type Receipt, signTransaction, waitForReceipt } from "./transaction.ts";

/** A deployed contract: its address, the keccak256 of its runtime code as the chain holds it, its first block, and what it cost. */
export interface Deployment {
  readonly contract: string;
  readonly codeHash: string;
  readonly block: number;
  readonly gas: bigint;
  readonly costWei: bigint;
}

/** A log to be registered; `feeMaxWei` is the most that is offered per gas. */
export interface DeployedLog {
  readonly origin: string;
  readonly publisher: string;
  readonly admin: string;
  readonly feeMaxWei?: bigint;
}

/**
 * Deploys `ColdmarkLog` and registers the log of this origin. The signer pays and becomes the registrar; `admin` and
 * `publisher` are other accounts or its own. Nothing is kept here: called again it deploys another contract.
 * @throws AppError CONFLICT (refused), UNAVAILABLE (no answer, or not in a block in time); TooCostly
 */
export async function deployLog(chain: Chain, signer: Signer, log: DeployedLog): Promise<Deployment> {
  const deployment = await transact(chain, signer, {
    data: encodeDeployment(log.admin, signer.account),
    ...feeOf(log),
  });
  const contract = deployment.contractAddress;
  if (contract === null) throw new AppError("CONFLICT", "The chain made no contract of our code");
  const registration = await registerLog(chain, signer, { ...log, contract });
  const code = String(await chain.rpc("eth_getCode", [contract, "latest"]));
  return {
    ...{ contract, codeHash: keccak256(code), block: deployment.blockNumber },
    gas: deployment.gas + registration.gas,
    costWei: deployment.costWei + registration.costWei,
  };
}

/** Registers a log in a contract that stands already; the signer must be its registrar. @throws as `deployLog` */
export async function registerLog(
  chain: Chain,
  signer: Signer,
  log: Omit<DeployedLog, "admin"> & { readonly contract: string },
): Promise<Receipt> {
  const data = encodeRegister(log.origin, log.publisher);
  return transact(chain, signer, { to: log.contract, data, ...feeOf(log) });
}

function feeOf({ feeMaxWei }: Pick<DeployedLog, "feeMaxWei">): { feeMaxWei?: bigint } {
  return feeMaxWei === undefined ? {} : { feeMaxWei };
}

async function transact(
  chain: Chain,
  signer: Signer,
  request: { to?: string; data: string; feeMaxWei?: bigint },
): Promise<Receipt> {
  const nonce = await nextNonce(chain, signer.account);
  const { raw, hash } = await signTransaction(chain, signer, { ...request, nonce });
  await chain.sendRaw(raw);
  await chain.afterTransaction();
  const receipt = await waitForReceipt(chain, hash);
  if (!receipt.succeeded) throw new AppError("CONFLICT", "A transaction of the deployment failed", { hash });
  return receipt;
}
