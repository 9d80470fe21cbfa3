import { keccak256 } from "ethers";
import { AppError } from "#domain/errors.ts";
import { replanJobs } from "#store/anchor-jobs.ts";
import { type ChainState, readChainState, saveChainState } from "#store/chain-state.ts";
import type { Store } from "#store/connect.ts";
import { forgetSeals } from "#store/seals.ts";
import type { Chain } from "./chain.ts";
import { logIdOf } from "./contract.ts";
import { deployLog } from "./deploy.ts";
import type { AnchorContext } from "./settings.ts";
import { keySigner } from "./signer.ts";

/** Enough for centuries of anchors on a chain of our own, in wei. */
const plentyWei = "0x3635c9adc5dea00000";

/**
 * The contract that our log is anchored in. Outside it must be set and hold our log with us as its publisher; on the
 * embedded chain it is deployed when there is none, also when the chain began anew. In another contract than before
 * everything is anchored again.
 * @throws AppError BAD_SETTING with what is wrong outside; UNAVAILABLE or CONFLICT from the chain
 */
export async function ensureContract(
  context: AnchorContext,
  chain: Chain,
  account: string,
): Promise<ChainState> {
  const known = await context.store.as({ role: "worker" }, readChainState);
  if (chain.kind === "anvil") {
    await chain.rpc("anvil_setBalance", [account, plentyWei]);
    if (known !== null && (await isUsable(chain, known, account))) return known;
    return deployAnew(context, chain, account);
  }
  const state = await outsideState(context, chain, known);
  if (!(await isUsable(chain, state, account))) {
    const facts = { contract: state.contract, account };
    throw new AppError(
      "BAD_SETTING",
      "the contract doesn't hold our log with our account as its publisher",
      facts,
    );
  }
  if (known === null) await context.store.as({ role: "worker" }, (tx) => saveChainState(tx, state));
  else if (known !== state) await beginAnew(context.store, state);
  return state;
}

async function isUsable(chain: Chain, state: ChainState, account: string): Promise<boolean> {
  if (state.chainId !== chain.chainId || (await codeHashAt(chain, state.contract)) !== state.codeHash)
    return false;
  const head = await chain.head(state.contract, state.logId, "latest");
  return head !== null && head.publisher.toLowerCase() === account.toLowerCase();
}

async function deployAnew(
  { store, config, clock, log }: AnchorContext,
  chain: Chain,
  account: string,
): Promise<ChainState> {
  const key = chain.fundedKey;
  if (key === null) throw new AppError("INTERNAL", "the embedded chain has no account with money");
  const origin = config.logOrigin;
  const accounts = { publisher: account, admin: account };
  const { contract, codeHash } = await deployLog(chain, keySigner(key), { origin, ...accounts });
  const state = {
    chainId: chain.chainId,
    contract,
    codeHash,
    origin,
    logId: logIdOf(origin),
    deployedAt: clock(),
  };
  await beginAnew(store, state);
  log.info({ contract }, "the log's contract was deployed on the embedded chain");
  return state;
}

/** What was signed for another contract, or read of it, says nothing of this one: everything is anchored again. */
async function beginAnew(store: Store, state: ChainState): Promise<void> {
  await store.as({ role: "worker" }, async (tx) => {
    await forgetSeals(tx);
    await replanJobs(tx);
    await saveChainState(tx, state);
  });
}

async function outsideState(
  { config, clock }: AnchorContext,
  chain: Chain,
  known: ChainState | null,
): Promise<ChainState> {
  const contract = config.contractAddress;
  if (contract === undefined) throw new AppError("BAD_SETTING", "CHAIN_RPC_URL needs CONTRACT_ADDRESS");
  const isKnown = known?.contract.toLowerCase() === contract.toLowerCase() && known.chainId === chain.chainId;
  if (isKnown) return known;
  const codeHash = await codeHashAt(chain, contract);
  const origin = config.logOrigin;
  return { chainId: chain.chainId, contract, codeHash, origin, logId: logIdOf(origin), deployedAt: clock() };
}

async function codeHashAt(chain: Chain, contract: string): Promise<string> {
  return keccak256(String(await chain.rpc("eth_getCode", [contract, "latest"])));
}
