import type { Command } from "commander";
import {
  type BenchPart,
  benchParts,
  type Form,
  type IngestBench,
  runIngestBench,
} from "#bench/ingest/run-ingest-bench.ts";
import { AppError } from "#domain/errors.ts";
import { addBenchLog } from "./bench-log.ts";
import { reportFigures } from "./report-figures.ts";
import { complain, say } from "./say.ts";
import { untilStopped } from "./until-stopped.ts";
import { wholeNumber } from "./whole-number.ts";

interface IngestFlags {
  readonly json?: boolean;
  readonly short?: boolean;
  readonly seconds?: string;
  readonly runs?: string;
  readonly gateways: string;
  readonly rate?: string;
  readonly readings?: string;
  readonly signed?: boolean;
  readonly parts?: string;
  readonly only?: string;
  readonly faultRuns?: string;
  readonly faultRate?: string;
  readonly outage?: string;
  readonly profile?: string;
}

/** What design §10 asks for: messages a second of each form. */
const standardLoads: readonly Form[] = [
  { readings: 1, isSigned: false, rate: 15_000 },
  { readings: 10, isSigned: false, rate: 4_500 },
  { readings: 10, isSigned: true, rate: 4_000 },
];
const full = { seconds: 60, runs: 5, faultRuns: 3, outageSeconds: 60 };
const short = { seconds: 5, runs: 1, faultRuns: 1, outageSeconds: 10 };

const rates: [number, number] = [1, 200_000];

/** `coldmark bench`: the figures of design §10, with peers in the same run. */
export function addBenchCommand(program: Command): void {
  const bench = program
    .command("bench")
    .description("measure the figures this project promises; starts everything it needs on this machine");
  bench
    .command("contract")
    .description("gas of the contract, beside other ways to put a hash on a chain (from their npm packages)")
    .option("--json", "one JSON object on standard output")
    .action(benchContract);
  addBenchLog(bench);
  bench
    .command("ingest")
    .description("broker to durable and queryable, beside other programs")
    .option("--json", "one JSON object on standard output; progress goes to standard error")
    .option("--short", "5 seconds once, to see that it works")
    .option(
      "--parts <list>",
      `${benchParts.join(",")}: Coldmark alone, all beside one another, losses in faults`,
    )
    .option("--only <contender>", "one contender; `ours` is Coldmark, and alone unless --parts says more")
    .option("--seconds <number>", `of each run (default ${full.seconds})`)
    .option("--runs <number>", `of each contender, interleaved (default ${full.runs})`)
    .option("--gateways <number>", "that publish", "300")
    .option(
      "--rate <number>",
      "messages a second for all; without it the figures' rates, and beside others the highest held",
    )
    .option("--readings <number>", "in a message")
    .option("--signed", "messages signed with Ed25519")
    .option("--fault-runs <number>", `of each fault of each contender (default ${full.faultRuns})`)
    .option("--fault-rate <number>", "messages a second in faults", "1500")
    .option("--outage <seconds>", `that InfluxDB is away (default ${full.outageSeconds})`)
    .option("--profile <folder>", "write a CPU profile of Coldmark's process there, one for each run")
    .action(benchIngest);
}

/** Loaded when asked for: it needs the development packages. */
async function benchContract(flags: { readonly json?: boolean }): Promise<void> {
  const { runContractBench } = await import("#bench/contract/run-contract-bench.ts");
  reportFigures(await runContractBench(), flags);
}

async function benchIngest(flags: IngestFlags): Promise<void> {
  const stop = new AbortController();
  untilStopped().then(() => stop.abort());
  try {
    reportFigures(await runIngestBench(benchOf(flags, stop.signal)), flags);
  } catch (fault) {
    if (!stop.signal.aborted) throw fault;
    complain("stopped; everything that was started is gone");
    process.exitCode = 130;
  }
}

function benchOf(flags: IngestFlags, signal: AbortSignal): IngestBench {
  const usual = flags.short ? short : full;
  return {
    signal,
    parts: partsOf(flags),
    loads: loadsOf(flags),
    only: flags.only === "ours" ? "coldmark" : (flags.only ?? null),
    seconds: wholeNumber("--seconds", flags.seconds, usual.seconds, [4, 3_600]),
    runs: wholeNumber("--runs", flags.runs, usual.runs, [1, 100]),
    gateways: wholeNumber("--gateways", flags.gateways, 300, [1, 10_000]),
    rate: flags.rate === undefined ? null : wholeNumber("--rate", flags.rate, 0, rates),
    faults: {
      runs: wholeNumber("--fault-runs", flags.faultRuns, usual.faultRuns, [1, 100]),
      messagesPerSecond: wholeNumber("--fault-rate", flags.faultRate, 1_500, rates),
      outageSeconds: wholeNumber("--outage", flags.outage, usual.outageSeconds, [1, 600]),
    },
    profileDir: flags.profile ?? null,
    say: flags.json ? complain : say,
  };
}

function partsOf({ parts, only }: IngestFlags): Set<BenchPart> {
  const names = parts?.split(",").map((name) => name.trim()) ?? (only === "ours" ? ["load"] : benchParts);
  const asked = benchParts.filter((part) => names.includes(part));
  if (asked.length === names.length) return new Set(asked);
  throw new AppError("BAD_SETTING", `--parts takes ${benchParts.join(", ")}`);
}

function loadsOf(flags: IngestFlags) {
  const { rate, readings, signed } = flags;
  if (rate === undefined && readings === undefined && signed === undefined) return standardLoads;
  const form = {
    readings: wholeNumber("--readings", readings, signed ? 10 : 1, [1, 1_000]),
    isSigned: signed ?? false,
  };
  const usual = standardLoads.find(
    (load) => load.readings === form.readings && load.isSigned === form.isSigned,
  );
  return [{ ...form, rate: wholeNumber("--rate", rate, usual?.rate ?? 1_000, rates) }];
}
