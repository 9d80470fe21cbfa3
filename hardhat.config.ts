import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";

/**
 * The compiler comes from npm, so that contracts compile offline. Hardhat doesn't know which EVM this version means by
 * default, so it is named. No metadata hash in the bytecode: it would depend on where the sources lie.
 */
const compiler = {
  version: "0.8.37",
  path: createRequire(import.meta.url).resolve("solc/soljson.js"),
  settings: {
    evmVersion: "cancun",
    viaIR: true,
    optimizer: { enabled: true, runs: 1_000 },
    metadata: { bytecodeHash: "none" },
  },
};

/** `./coldmark test --long`: four invariants of 250,000 calls each. */
const isLong = process.env.COLDMARK_LONG !== undefined;

/** Compiles several times as fast, for checks that compile often (`contracts/mutation.ts`). */
const quick = {
  ...compiler,
  settings: { ...compiler.settings, viaIR: false, optimizer: { enabled: false } },
};

/** Half a minute to compile as the contract is deployed; `ColdmarkLog.t.sol` and Vitest's tests run on that. */
const quickly = ["ColdmarkLog.walk.t.sol", "ColdmarkLog.edges.t.sol", "Walk.sol", "LogModel.sol"];
const overrides = Object.fromEntries(quickly.map((file) => [`contracts/test/${file}`, quick]));
const deployed = { compilers: [compiler], overrides };

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: { profiles: { default: deployed, production: deployed, quick } },
  paths: {
    sources: "contracts",
    tests: { solidity: "contracts/test" },
    artifacts: "contracts/artifacts",
    cache: "contracts/cache",
  },
  test: {
    solidity: {
      fuzz: { runs: 256, seed: "0x436f6c646d61726b" },
      invariant: { runs: isLong ? 2_500 : 8, depth: 100, failOnRevert: true },
    },
  },
});
