import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrustFile } from "#domain/log/bundle.ts";
import { vkeyOf } from "#domain/log/checkpoint.ts";
import type { ChainState } from "#store/chain-state.ts";
import type { Chain } from "./chain.ts";

/** What verifiers pin (design §5): the contract, the log's key, who runs the chain, the rule profiles in use. */
export function trustFileOf(
  state: ChainState,
  chainClass: Chain["chainClass"],
  publicKey: Uint8Array,
): TrustFile {
  return {
    chainId: state.chainId,
    contract: state.contract,
    codeHash: state.codeHash,
    logId: state.logId,
    logKeys: [vkeyOf(state.origin, publicKey)],
    chainClass,
    profiles: [{ name: "CN-GSP", version: 1 }],
  };
}

/** Writes `trust.json` into the data folder, whole or not at all. */
export function writeTrustFile(dataDir: string, trust: TrustFile): void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, "trust.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(trust, null, 2)}\n`, { flush: true });
  renameSync(`${file}.new`, file);
}
