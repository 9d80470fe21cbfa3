import type { Command } from "commander";
import { type AuditInput, type AuditReport, auditWith } from "./audit-verb.ts";
import { askRunning } from "./control.ts";
import { findingLine } from "./finding-line.ts";
import { isoTime } from "./iso-time.ts";
import { configFromEnvironment } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { requireRecords, withRecords } from "./records-parts.ts";
import { say } from "./say.ts";

interface AuditFlags {
  readonly equipment: string;
  readonly from: string;
  readonly to: string;
  readonly receipts?: string;
  readonly json?: boolean;
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
    .option("--json", "the findings as JSON")
    .action(async (flags: AuditFlags) => {
      const report = await audit(flags);
      if (flags.json) {
        say(JSON.stringify(report));
      } else {
        tell(report);
      }
      process.exitCode = report.ok ? 0 : 1;
    });
}

function tell(report: AuditReport): void {
  for (const finding of report.findings) say(findingLine(finding));
  const parts = report.isChainAsked
    ? ", log and chain say the same"
    : " and log say the same; no chain was asked";
  say(report.ok ? `AGREES: readings, inbox${parts}` : `DIFFERS: ${report.findings.length} findings`);
}

async function audit(flags: AuditFlags): Promise<AuditReport> {
  const input: AuditInput = {
    equipment: flags.equipment,
    from: isoTime(flags.from, "--from"),
    to: isoTime(flags.to, "--to"),
    receipts: flags.receipts === undefined ? null : (await readNamedFile(flags.receipts)).toString("utf8"),
  };
  const config = configFromEnvironment();
  const asked = await askRunning(config.dataDir, "audit", input);
  if (asked !== null) return asked.result as AuditReport;
  requireRecords(config);
  return withRecords(config, (parts) => auditWith({ ...parts, config }, input));
}
