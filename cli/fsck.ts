import type { Command } from "commander";
import type { CheckProgress } from "#anchor/check-records.ts";
import type { Config } from "#config";
import { askRunning } from "./control.ts";
import { findingLine } from "./finding-line.ts";
import { type FsckInput, type FsckReport, fsckWith } from "./fsck-verb.ts";
import { isoTime } from "./iso-time.ts";
import { configFromEnvironment } from "./parts.ts";
import { requireRecords, withRecords } from "./records-parts.ts";
import { complain, say } from "./say.ts";

interface FsckFlags {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

const tellEveryMs = 2_000;
/** The furthest times that JavaScript's dates know. */
const everMs = 8_640_000_000_000_000;

/** `coldmark fsck`: all records against one another, the log and the chain; exit 0 only when all agree. */
export function addFsckCommand(program: Command): void {
  program
    .command("fsck")
    .description("check readings store, inbox, receipts, windows, log and chain against one another")
    .option("--from <time>", "ISO time: nothing that was sealed before (default: from the beginning)")
    .option("--to <time>", "ISO time (default: to the end)")
    .option("--json", "the findings as JSON")
    .action(async ({ from, to, json }: FsckFlags) => {
      const input: FsckInput = {
        from: from === undefined ? -everMs : isoTime(from, "--from"),
        to: to === undefined ? everMs : isoTime(to, "--to"),
      };
      const report = await fsck(configFromEnvironment(), input);
      if (json) say(JSON.stringify(report));
      else tell(report);
      process.exitCode = report.ok ? 0 : 1;
    });
}

function tell(report: FsckReport): void {
  for (const finding of report.findings) say(findingLine(finding));
  say(lastLineOf(report));
}

/** Where nothing is recorded nothing agrees: an empty database may be another one than is meant. */
function lastLineOf({ ok, count, entries, messages, isChainAsked }: FsckReport): string {
  const seen = `${entries} entries and ${messages} messages were looked at`;
  if (count > 0) return `DIFFERS: ${count} findings (${seen})`;
  if (!ok) return "NOTHING RECORDED: no entry in the log, no message in the inbox";
  const parts = isChainAsked
    ? "windows, log and chain say the same"
    : "windows and log say the same; no chain was asked";
  return `AGREES: readings, inbox, receipts, ${parts} (${seen})`;
}

async function fsck(config: Config, input: FsckInput): Promise<FsckReport> {
  const report = await throughRunning(config.dataDir, input);
  if (report !== null) return report;
  requireRecords(config);
  return await withRecords(config, (parts) => fsckWith({ ...parts, config }, input, everyNowAndThen()));
}

/** The embedded database belongs to the process that runs on it; null where none does. */
async function throughRunning(dataDir: string, input: FsckInput): Promise<FsckReport | null> {
  const watch = setInterval(async () => {
    const asked = await askRunning(dataDir, "fsck progress", null).catch(() => null);
    const progress = asked?.result as CheckProgress | null | undefined;
    if (progress) complain(lineOf(progress));
  }, tellEveryMs);
  try {
    return ((await askRunning(dataDir, "fsck", input))?.result ?? null) as FsckReport | null;
  } finally {
    clearInterval(watch);
  }
}

function everyNowAndThen(): (progress: CheckProgress) => void {
  let told = performance.now();
  return (progress) => {
    if (performance.now() - told < tellEveryMs) return;
    told = performance.now();
    complain(lineOf(progress));
  };
}

const counted = {
  log: "entries",
  inbox: "messages",
  receipts: "runs of sequence numbers",
  windows: "equipment",
};

function lineOf({ step, done }: CheckProgress): string {
  return `${step}: ${done} ${counted[step]}`;
}
