import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { drawChart } from "#bench/log/draw-chart.ts";
import { type LogBench, type LogPart, logParts, runLogBench } from "#bench/log/run-log-bench.ts";
import { AppError } from "#domain/errors.ts";
import { reportFigures } from "./report-figures.ts";
import { complain, say } from "./say.ts";
import { untilStopped } from "./until-stopped.ts";
import { wholeNumber } from "./whole-number.ts";

interface LogFlags {
  readonly json?: boolean;
  readonly short?: boolean;
  readonly entries?: string;
  readonly chart?: string;
  readonly parts?: string;
  readonly sharedBuffers?: string;
}

const full = {
  entries: 1_000_000,
  streams: 1_000_000,
  changed: 10_000,
  appends: 40_000,
  rounds: 5,
  proofs: 500,
  verifications: 100,
};
const short = {
  entries: 20_000,
  streams: 10_000,
  changed: 1_000,
  appends: 4_000,
  rounds: 1,
  proofs: 20,
  verifications: 3,
};

/** `coldmark bench log`: the log's rows of design §10. */
export function addBenchLog(bench: Command): void {
  bench
    .command("log")
    .description("appends on PostgreSQL, the heads tree, proofs from tiles, a pack's month verified")
    .option("--json", "one JSON object on standard output; progress goes to standard error")
    .option("--short", "small and once, to see that it works")
    .option("--entries <number>", `the longest log, from 10^4 in powers of ten (default ${full.entries})`)
    .option("--parts <list>", logParts.join(","))
    .option("--shared-buffers <MB>", "PostgreSQL's shared_buffers (default: its own, 128)")
    .option("--chart <file>", "draw the proofs' times there, as SVG")
    .action(benchLog);
}

async function benchLog(flags: LogFlags): Promise<void> {
  const stop = new AbortController();
  untilStopped().then(() => stop.abort());
  const usual = flags.short ? short : full;
  const entries = wholeNumber("--entries", flags.entries, usual.entries, [10_000, 100_000_000]);
  const bench: LogBench = {
    ...usual,
    entries,
    parts: partsOf(flags),
    sharedBuffersMb: wholeNumber("--shared-buffers", flags.sharedBuffers, 128, [1, 16_384]),
    say: flags.json ? complain : say,
    signal: stop.signal,
  };
  try {
    const findings = await runLogBench(bench);
    if (flags.chart !== undefined) writeFileSync(flags.chart, drawChart(findings));
    reportFigures(findings.figures, flags);
  } catch (fault) {
    if (!stop.signal.aborted) throw fault;
    complain("stopped; everything that was started is gone");
    process.exitCode = 130;
  }
}

function partsOf({ parts }: LogFlags): Set<LogPart> {
  const names = parts?.split(",").map((name) => name.trim()) ?? logParts;
  const asked = logParts.filter((part) => names.includes(part));
  if (asked.length === names.length) return new Set(asked);
  throw new AppError("BAD_SETTING", `--parts takes ${logParts.join(", ")}`);
}
