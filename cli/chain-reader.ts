/** What a process that does not anchor itself knows of the chain: the trust file in the data folder and the RPC setting. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Chain } from "#anchor/chain.ts";
import type { Config } from "#config";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { chainSettings } from "./parts.ts";

/** Reads of the chain; both give null while it or its trust file is not there. */
export interface ChainReader {
  trust(): TrustFile | null;
  rpc(): Rpc | null;
  stop(): Promise<void>;
}

/** Opens the outside chain for reading; one that is down is simply not there yet. */
export async function openChainReader(config: Config): Promise<ChainReader> {
  const chain = config.chainRpcUrl === undefined ? null : await openOutside(config).catch(() => null);
  return {
    trust: () => readTrust(join(config.dataDir, "trust.json")),
    rpc: () => chain?.rpc ?? null,
    stop: async () => chain?.stop(),
  };
}

async function openOutside(config: Config): Promise<Chain> {
  const { openChain } = await import("#anchor/chain.ts");
  return openChain(chainSettings(config));
}

function readTrust(file: string): TrustFile | null {
  try {
    return parseTrust(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
