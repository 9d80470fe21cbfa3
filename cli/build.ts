import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { buildConsole } from "#dashboard/console/build.ts";
import { buildScanScript } from "#dashboard/scan/build.ts";
import { buildVerifier } from "#dashboard/verifier/build.ts";
import { say } from "./say.ts";

/** `coldmark build`: bundles the script of the patient's page, the console and the single-file verifier; the launcher calls it when their sources changed. */
export function addBuildCommand(program: Command): void {
  program
    .command("build")
    .description("bundle the script of the patient's page, the console and the single-file verifier")
    .action(async () => {
      const { bytes, gzipBytes } = await buildScanScript();
      say(`the patient's page loads ${bytes} bytes of script, ${gzipBytes} gzipped`);
      const { home } = await buildConsole();
      const total = home.reduce((sum, file) => sum + file.gzipBytes, 0);
      say(`the console's first page loads ${total} bytes gzipped`);
      const { file, bytes: verifierBytes, sha256 } = await buildVerifier();
      say(`${fileURLToPath(file)} has ${verifierBytes} bytes, SHA-256 ${sha256}`);
    });
}
