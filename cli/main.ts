/** The `coldmark` command: thin commands over the rooms; the only reader of the environment beside config.ts. */
import "./quick-imports.ts";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { Command } from "commander";
import { brokenPipe, endWith } from "./exit.ts";

/** Each command loads only what it needs: `verify` must be quick, and opens no database. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  demo: async () => (await import("./demo.ts")).addDemoCommand,
  up: async () => (await import("./up.ts")).addUpCommand,
  register: async () => (await import("./register.ts")).addRegisterCommand,
  broker: async () => (await import("./broker.ts")).addBrokerCommand,
  mapping: async () => (await import("./mapping.ts")).addMappingCommand,
  simulate: async () => (await import("./simulate.ts")).addSimulateCommand,
  replay: async () => (await import("./replay.ts")).addReplayCommand,
  "gateway-check": async () => (await import("./gateway-check.ts")).addGatewayCheckCommand,
  verify: async () => (await import("./verify.ts")).addVerifyCommand,
  bench: async () => (await import("./bench.ts")).addBenchCommand,
  rebuild: async () => (await import("./rebuild.ts")).addRebuildCommand,
  audit: async () => (await import("./audit.ts")).addAuditCommand,
  fsck: async () => (await import("./fsck.ts")).addFsckCommand,
  log: async () => (await import("./log.ts")).addLogCommand,
  migrate: async () => (await import("./migrate.ts")).addMigrateCommand,
  chain: async () => (await import("./chain.ts")).addChainCommand,
  openapi: async () => (await import("./openapi.ts")).addOpenApiCommand,
  config: async () => (await import("./config.ts")).addConfigCommand,
  build: async () => (await import("./build.ts")).addBuildCommand,
};

// Thousands of modules are compiled at each start otherwise; where the folder can't be written, they are.
enableCompileCache(join(import.meta.dirname, "../dist/compiled"));

// Who reads it may have seen enough, as `head` has; what was not told whole must not end as if all were well.
process.stdout.on("error", () => process.exit(brokenPipe));

const program = new Command("coldmark")
  .description(
    "Proves that a medicine stayed cold. Settings are environment variables: `coldmark config` lists them.",
  )
  .showHelpAfterError();

try {
  const asked = commands[process.argv[2] ?? ""];
  const loaded = asked === undefined ? Object.values(commands) : [asked];
  for (const load of loaded) (await load())(program);
  await program.parseAsync();
} catch (fault) {
  endWith(fault);
}
