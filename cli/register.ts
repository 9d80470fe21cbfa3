import type { Command } from "commander";
import { AppError } from "#domain/errors.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { type Registration, registerNetwork } from "#services/register/register-network.ts";
import { openStore } from "#store/connect.ts";
import { askRunning } from "./control.ts";
import { configFromEnvironment, openLog, operatorContext } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";

const fileLimits = { maxBytes: 64 * 1024 * 1024, maxDepth: 20 };

/** `coldmark register`: sites, equipment, sensors, gateways, products and lots from a file; twice changes nothing. */
export function addRegisterCommand(program: Command): void {
  program
    .command("register <network>")
    .description("register a network file (docs/register.md); prints new credentials once")
    .option("--dry-run", "list every fault and what would change; touch nothing")
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }) => {
      const network = parseStrictJson((await readNamedFile(file)).toString("utf8"), fileLimits);
      report(await register(network, dryRun), dryRun);
    });
}

async function register(network: unknown, dryRun: boolean): Promise<Registration> {
  const config = configFromEnvironment();
  const { databaseUrl, dataDir } = config;
  if (databaseUrl === undefined) {
    const asked = await askRunning(dataDir, "register", { network, dryRun });
    if (asked !== null) return asked.result as Registration;
  }
  const store = await openStore({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl: databaseUrl.reveal() }),
  });
  try {
    return await registerNetwork(operatorContext(store, config, openLog(config)), network, { dryRun });
  } finally {
    await store.close();
  }
}

/** Credentials first: what was committed before a fault is shown this once and never again. */
function report(result: Registration, dryRun: boolean): void {
  const { created, changed, unchanged, faults } = result;
  for (const { kind, organisation, id, secret } of result.credentials)
    say(`${organisation} ${kind} ${id}: ${secret}`);
  if (result.credentials.length > 0) say("these credentials are shown this once; only their hashes are kept");
  if (faults.length > 0) {
    const kept =
      created.length + changed.length === 0
        ? "nothing was changed"
        : "what came before the fault is registered";
    throw new AppError("BAD_NETWORK_FILE", `the file has ${faults.length} faults; ${kept}`, { faults });
  }
  say(
    `${dryRun ? "would register" : "registered"}: ${created.length} new, ${changed.length} changed, ${unchanged} unchanged`,
  );
}
