import { type Command, InvalidArgumentError } from "commander";
import { formatEther, getAddress, isAddress } from "ethers";
import { type Chain, openChain } from "#anchor/chain.ts";
import { logIdOf } from "#anchor/contract.ts";
import { type DeployedLog, deployLog, registerLog } from "#anchor/deploy.ts";
import { type DeploymentPlan, planDeployment } from "#anchor/plan-deployment.ts";
import { publisherSigner } from "#anchor/publisher-signer.ts";
import type { Signer } from "#anchor/signer.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { chainSettings, configFromEnvironment } from "./parts.ts";
import { say } from "./say.ts";

interface Flags {
  readonly admin?: string;
  readonly publisher?: string;
  readonly dryRun?: boolean;
}

/** `coldmark chain deploy`: puts the log's contract on the chain of CHAIN_RPC_URL, or the log into a contract that is there. */
export function addChainCommand(program: Command): void {
  const chain = program.command("chain").description("the contract of the log");
  chain
    .command("deploy")
    .description("deploy ColdmarkLog, unless CONTRACT_ADDRESS names one, and register the log of LOG_ORIGIN")
    .option("--admin <address>", "who may rotate, freeze and retire; best a cold key (default: us)", address)
    .option("--publisher <address>", "who will extend the log (default: us)", address)
    .option("--dry-run", "say what is there and what the rest costs, and send nothing")
    .action((flags: Flags) => deploy(configFromEnvironment(), flags));
}

async function deploy(config: Config, flags: Flags): Promise<void> {
  if (config.chainRpcUrl === undefined)
    throw new AppError("BAD_SETTING", "CHAIN_RPC_URL must be set; the embedded chain needs no deploy");
  const signer = publisherSigner(config);
  const chain = await openChain(chainSettings(config));
  try {
    await deployOn(chain, signer, { config, flags });
  } finally {
    await chain.stop();
  }
}

async function deployOn(
  chain: Chain,
  signer: Signer,
  { config, flags }: { config: Config; flags: Flags },
): Promise<void> {
  const { admin = signer.account, publisher = signer.account } = flags;
  const feeMaxWei = BigInt(config.anchorFeeMaxGwei) * 1_000_000_000n;
  const log = { origin: config.logOrigin, publisher, admin, feeMaxWei };
  const { contractAddress } = config;
  const named = contractAddress === undefined ? {} : { contract: contractAddress };
  const plan = await planDeployment(chain, signer.account, { ...log, ...named });
  sayPlan(chain, signer.account, { log, plan });
  if (plan.contract !== null && plan.publisher !== null)
    return sayThere(plan.contract, { found: plan.publisher, wanted: publisher });
  if (flags.dryRun === true) return say("Dry run: nothing was sent.");
  if (plan.balanceWei < plan.costWei)
    throw new AppError("CONFLICT", "the account doesn't have what this may cost; nothing was sent");
  await carryOut(chain, signer, { log, plan });
}

function sayPlan(
  chain: Chain,
  account: string,
  { log, plan }: { log: DeployedLog; plan: DeploymentPlan },
): void {
  const missing = plan.contract === null ? "contract and log" : "log";
  say(`chain ${chain.chainId}, our account ${account}, which has ${coins(plan.balanceWei)}`);
  say(`log ${log.origin}, id ${logIdOf(log.origin)}, publisher ${log.publisher}`);
  if (plan.publisher !== null) return;
  if (plan.contract !== null) say(`contract ${plan.contract} is there already`);
  say(`to be made: ${missing}, admin ${plan.contract === null ? log.admin : "as the contract has it"}`);
  say(`at most ${plan.gas} gas, ${coins(plan.costWei)}`);
}

function sayThere(contract: string, { found, wanted }: { found: string; wanted: string }): void {
  if (found.toLowerCase() !== wanted.toLowerCase()) {
    const cure = "take another LOG_ORIGIN, or unset CONTRACT_ADDRESS to deploy anew";
    throw new AppError("CONFLICT", `the log is there already, but its publisher is ${found}: ${cure}`);
  }
  say(`CONTRACT_ADDRESS=${getAddress(contract)}`);
  say("The log is there already, with this publisher: nothing was sent.");
}

async function carryOut(
  chain: Chain,
  signer: Signer,
  { log, plan }: { log: DeployedLog; plan: DeploymentPlan },
): Promise<void> {
  const { contract } = plan;
  if (contract === null) {
    const made = await deployLog(chain, signer, log);
    say(`deployed in block ${made.block}, code hash ${made.codeHash}`);
    say(`cost ${made.gas} gas, ${coins(made.costWei)}`);
    return sayNext(chain, made.contract);
  }
  const { gas, costWei } = await registerLog(chain, signer, { ...log, contract });
  say(`registered; cost ${gas} gas, ${coins(costWei)}`);
  sayNext(chain, contract);
}

function sayNext(chain: Chain, contract: string): void {
  say(`CONTRACT_ADDRESS=${getAddress(contract)}`);
  say(`CHAIN_ID=${chain.chainId}`);
  say("Next: start with these settings, CHAIN_CLASS and CHAIN_FINALITY (docs/anchoring.md).");
  say("Then hand out DATA_DIR/trust.json, which the start writes, by another way than bundles travel.");
}

function coins(wei: bigint): string {
  return `${formatEther(wei)} coins`;
}

function address(text: string): string {
  if (!isAddress(text)) throw new InvalidArgumentError("must be 0x and 40 hex digits");
  return text;
}
