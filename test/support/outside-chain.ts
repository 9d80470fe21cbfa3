import { type Chain, openChain } from "#anchor/chain.ts";
import { freePort } from "./free-port.ts";

/** A chain that somebody else runs: blocks come by themselves, and it can go away and come back on its port. */
export interface OutsideTestChain {
  readonly rpcUrl: string;
  /** A private key that has money. */
  readonly fundedKey: string;
  down(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts anvil with its state in a file. */
export async function startOutsideChain(statePath: string): Promise<OutsideTestChain> {
  // Not one of anvil's own choice: those are given to outgoing connections too, also while it is down.
  const port = await freePort();
  let chain = await open(statePath, port);
  const { rpcUrl, fundedKey } = chain;
  if (fundedKey === null) throw new Error("anvil has an account with money");
  const stop = () => chain.stop();
  return {
    rpcUrl,
    fundedKey,
    down: stop,
    restart: async () => {
      chain = await open(statePath, port);
    },
    stop,
  };
}

/** Blocks come by themselves on a chain that others use; so `finalized` moves. */
async function open(statePath: string, port: number): Promise<Chain> {
  const chain = await openChain({ kind: "anvil", statePath, port });
  await chain.rpc("evm_setIntervalMining", [1]);
  return chain;
}
