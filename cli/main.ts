/** The `coldmark` command: thin commands over the rooms; the only reader of the environment beside config.ts. */
import { Command } from "commander";
import { addAuditCommand } from "./audit.ts";
import { addBuildCommand } from "./build.ts";
import { addChainCommand } from "./chain.ts";
import { addConfigCommand } from "./config.ts";
import { addDemoCommand } from "./demo.ts";
import { endWith } from "./exit.ts";
import { addMigrateCommand } from "./migrate.ts";
import { addOpenApiCommand } from "./openapi.ts";
import { addRegisterCommand } from "./register.ts";
import { addReplayCommand } from "./replay.ts";
import { addUpCommand } from "./up.ts";
import { addVerifyCommand } from "./verify.ts";

const program = new Command("coldmark")
  .description(
    "Proves that a medicine stayed cold. Settings are environment variables: `coldmark config` lists them.",
  )
  .showHelpAfterError();

for (const add of [
  addDemoCommand,
  addUpCommand,
  addRegisterCommand,
  addReplayCommand,
  addVerifyCommand,
  addAuditCommand,
  addMigrateCommand,
  addChainCommand,
  addOpenApiCommand,
  addConfigCommand,
  addBuildCommand,
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (fault) {
  endWith(fault);
}
