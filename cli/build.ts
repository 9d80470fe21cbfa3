import type { Command } from "commander";
import { buildConsole } from "#dashboard/console/build.ts";
import { buildScanScript } from "#dashboard/scan/build.ts";
import { say } from "./say.ts";

/** `coldmark build`: bundles the script of the patient's page and the console; the launcher calls it when their sources changed. */
export function addBuildCommand(program: Command): void {
  program
    .command("build")
    .description("bundle the script of the patient's page and the console")
    .action(async () => {
      const { bytes, gzipBytes } = await buildScanScript();
      say(`the patient's page loads ${bytes} bytes of script, ${gzipBytes} gzipped`);
      const { home } = await buildConsole();
      const total = home.reduce((sum, file) => sum + file.gzipBytes, 0);
      say(`the console's first page loads ${total} bytes gzipped`);
    });
}
