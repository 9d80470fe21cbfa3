/**
 * Runs the Solidity tests in Foundry's runner, offline, with npm's compiler: `(cd contracts/foundry && npm ci)`, then
 * `node contracts/foundry/run.ts [--long]`. Long: 10,000 runs of each fuzz test, 1,000,000 calls of random walks. Linux x64 only.
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyProject } from "../test/copy-project.ts";

const forge = join(import.meta.dirname, "node_modules/@foundry-rs/forge-linux-amd64/bin/forge");
const isLong = process.argv.includes("--long");

/** As `hardhat.config.ts` has it; optimised in the long form only: that compiles for half a minute and runs 2.5 × as fast. */
const settings = `
[profile.default]
src = "contracts"
test = "contracts/test"
libs = []
solc = "contracts/foundry/solc.cjs"
evm_version = "cancun"
bytecode_hash = "none"
optimizer = ${isLong}
offline = true
fuzz = { runs = ${isLong ? 10_000 : 256}, seed = "0x436f6c646d61726b" }
invariant = { runs = ${isLong ? 2_500 : 8}, depth = 100, fail_on_revert = true }
`;

if (!existsSync(forge)) throw new Error("Foundry isn't installed: (cd contracts/foundry && npm ci)");
const { folder, remove } = copyProject();
writeFileSync(join(folder, "foundry.toml"), settings);
const { status } = spawnSync(forge, ["test"], { cwd: folder, stdio: "inherit" });
remove();
process.exitCode = status ?? 1;
