import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The commands of packages that the contract's checks run. */
export const hardhat = "node_modules/hardhat/dist/src/cli.js";
export const vitest = "node_modules/vitest/vitest.mjs";

/** A mutant may run for ever. */
const patienceMs = 180_000;

/** Runs a script of a folder in that folder, under this very Node; one that doesn't end has not passed. */
export function runTool(folder: string, script: string, args: readonly string[], env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, script), ...args], {
    cwd: folder,
    encoding: "utf8",
    timeout: patienceMs,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { passed: status === 0, output: stdout + stderr };
}
