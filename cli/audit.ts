import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { AuditReport } from "#anchor/audit-equipment.ts";
import { openChain } from "#anchor/chain.ts";
import { AppError } from "#domain/errors.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { openStore } from "#store/connect.ts";
import { type AuditInput, auditWith } from "./audit-verb.ts";
import { askRunning } from "./control.ts";
import { chainSettings, configFromEnvironment, openReadings } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { complain, say } from "./say.ts";

interface AuditFlags {
  readonly equipment: string;
  readonly from: string;
  readonly to: string;
  readonly receipts?: string;
}

/** `coldmark audit`: the readings store and the inbox against the sealed log; exit 0 only when all agree. */
export function addAuditCommand(program: Command): void {
  program
    .command("audit")
    .description("compare readings store, inbox and receipts with the sealed log and the chain")
    .requiredOption("--equipment <equipment>", "the equipment's id or the label on it")
    .requiredOption("--from <time>", "ISO time")
    .requiredOption("--to <time>", "ISO time")
    .option("--receipts <file>", "receipts that a gateway kept, one JSON a line")
    .action(async (flags: AuditFlags) => {
      const report = await audit(flags);
      for (const { kind, equipment, window, detail } of report.findings) {
        say(`${kind} ${equipment ?? ""} ${window === null ? "" : new Date(window).toISOString()} ${detail}`);
      }
      say(
        report.ok
          ? "AGREES: readings, inbox, log and chain say the same"
          : `DIFFERS: ${report.findings.length} findings`,
      );
      process.exitCode = report.ok ? 0 : 1;
    });
}

async function audit(flags: AuditFlags): Promise<AuditReport> {
  const input: AuditInput = {
    equipment: flags.equipment,
    from: timeOf(flags.from, "--from"),
    to: timeOf(flags.to, "--to"),
    receipts: flags.receipts === undefined ? null : (await readNamedFile(flags.receipts)).toString("utf8"),
  };
  const config = configFromEnvironment();
  const asked = await askRunning(config.dataDir, "audit", input);
  if (asked !== null) return asked.result as AuditReport;
  const { databaseUrl, dataDir } = config;
  const store = await openStore({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl: databaseUrl.reveal() }),
  });
  const chain = await openChain(chainSettings(config)).catch(saysMissing("the chain"));
  try {
    const trust = await readFile(join(dataDir, "trust.json"), "utf8").then(
      parseTrust,
      saysMissing("trust.json"),
    );
    return await auditWith(
      {
        store,
        readings: openReadings(config, store),
        rpc: chain?.rpc ?? null,
        trust,
        exportDir: config.exportDir,
      },
      input,
    );
  } finally {
    await chain?.stop();
    await store.close();
  }
}

/** An audit goes on without the chain, held against the log's own checkpoints, and says so. */
function saysMissing(what: string): (cause: Error) => null {
  return (cause) => {
    complain(`without ${what} (${cause.message}): held against the log's own checkpoints only`);
    return null;
  };
}

function timeOf(text: string, flag: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new AppError("BAD_REQUEST", `${flag} takes an ISO time such as 2026-01-31T08:00:00Z`);
  return time;
}
