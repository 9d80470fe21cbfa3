import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The commands of packages that the contract's checks run. */
export const hardhat = "node_modules/hardhat/dist/src/cli.js";
export const vitest = "node_modules/vitest/vitest.mjs";

/** A mutant may run for ever; nothing else takes as long as this, on a busy machine either. */
const patienceMs = 400_000;

/** Runs a script of a folder in that folder, under this very Node; `ended` is false where patience did. */
export function runTool(folder: string, script: string, args: readonly string[], env = {}) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [join(folder, script), ...args], {
    cwd: folder,
    encoding: "utf8",
    timeout: patienceMs,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { passed: status === 0, ended: signal === null, output: stdout + stderr };
}
