import type { Command } from "commander";
import { openStore } from "#store/connect.ts";
import { configFromEnvironment } from "./parts.ts";
import { say } from "./say.ts";

/** `coldmark migrate`: brings the tables up to date; every start does the same. */
export function addMigrateCommand(program: Command): void {
  program
    .command("migrate")
    .description("bring the tables up to date")
    .action(async () => {
      const { databaseUrl, dataDir } = configFromEnvironment();
      const store = await openStore({
        dataDir,
        ...(databaseUrl === undefined ? {} : { databaseUrl: databaseUrl.reveal() }),
      });
      say(`the tables are up to date: ${store.describe}`);
      await store.close();
    });
}
