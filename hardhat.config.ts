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

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: { profiles: { default: compiler, production: compiler } },
  paths: {
    sources: "contracts",
    tests: { solidity: "contracts/test" },
    artifacts: "contracts/artifacts",
    cache: "contracts/cache",
  },
  test: { solidity: { fuzz: { runs: 256, seed: "0x436f6c646d61726b" } } },
});
