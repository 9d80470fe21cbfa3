import type { Command } from "commander";
import { buildScanScript } from "#dashboard/scan/build.ts";
import { say } from "./say.ts";

/** `coldmark build`: bundles the script of the patient's page; the launcher calls it when its sources changed. */
export function addBuildCommand(program: Command): void {
  program
    .command("build")
    .description("bundle the script of the patient's page")
    .action(async () => {
      const { bytes, gzipBytes } = await buildScanScript();
      say(`the patient's page loads ${bytes} bytes of script, ${gzipBytes} gzipped`);
    });
}
