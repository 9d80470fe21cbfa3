import { getCreateAddress, keccak256 } from "ethers";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import { AppError } from "#domain/errors.ts";
import type { Chain } from "./chain.ts";
import { encodeDeployment, encodeRegister, logIdOf } from "./contract.ts";
import { currentFees } from "./current-fees.ts";
import type { DeployedLog } from "./deploy.ts";

/** What stands on chain of a log, and what the rest costs at most: gas, and wei by what would be offered for it now. */
export interface DeploymentPlan {
  /** Where the contract stands already. */
  readonly contract: string | null;
  /** Who may extend the log, where it is registered already. */
  readonly publisher: string | null;
  readonly gas: bigint;
  readonly costWei: bigint;
  readonly balanceWei: bigint;
}

/** An account made for the log deploys first: later contracts of it aren't looked for. */
const noncesSearched = 16;
/** What `register` may take, which can't be estimated before there is a contract: 50,000 (docs/costs.md), and the spare of any call. */
const registerGas = 100_000n;

/**
 * Looks for the log in the contract that is named, else in those that this account made, and reckons what is missing.
 * Sends nothing.
 * @throws AppError BAD_SETTING when there is other code at the named address; CONFLICT, UNAVAILABLE; TooCostly
 */
export async function planDeployment(
  chain: Chain,
  account: string,
  log: DeployedLog & { readonly contract?: string },
): Promise<DeploymentPlan> {
  const contract =
    log.contract === undefined ? await contractOf(chain, account) : await named(chain, log.contract);
  const head = contract === null ? null : await chain.head(contract, logIdOf(log.origin), "latest");
  const publisher = head?.publisher ?? null;
  const gas = publisher === null ? await gasOfTheRest(chain, account, { ...log, contract }) : 0n;
  const fees = await currentFees(chain, log.feeMaxWei);
  const balanceWei = BigInt(String(await chain.rpc("eth_getBalance", [account, "latest"])));
  const weiPerGas = fees.type === 0 ? fees.gasPrice : fees.maxFeePerGas;
  return { contract, publisher, gas, costWei: gas * weiPerGas, balanceWei };
}

async function contractOf(chain: Chain, account: string): Promise<string | null> {
  const used = Number(await chain.rpc("eth_getTransactionCount", [account, "latest"]));
  for (let nonce = 0; nonce < Math.min(used, noncesSearched); nonce += 1) {
    const address = getCreateAddress({ from: account, nonce });
    if (await isOurs(chain, address)) return address;
  }
  return null;
}

async function named(chain: Chain, contract: string): Promise<string> {
  if (await isOurs(chain, contract)) return contract;
  throw new AppError("BAD_SETTING", "CONTRACT_ADDRESS holds no ColdmarkLog of this version", { contract });
}

async function isOurs(chain: Chain, address: string): Promise<boolean> {
  const code = String(await chain.rpc("eth_getCode", [address, "latest"]));
  return keccak256(code) === keccak256(artifact.deployedBytecode);
}

async function gasOfTheRest(
  chain: Chain,
  account: string,
  { contract, origin, publisher, admin }: Omit<DeployedLog, "feeMaxWei"> & { contract: string | null },
): Promise<bigint> {
  const estimate = async (call: { to?: string; data: string }) =>
    BigInt(String(await chain.rpc("eth_estimateGas", [{ from: account, ...call }])));
  if (contract !== null) return estimate({ to: contract, data: encodeRegister(origin, publisher) });
  return (await estimate({ data: encodeDeployment(admin, account) })) + registerGas;
}
