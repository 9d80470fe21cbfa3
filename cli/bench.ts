import type { Command } from "commander";
import { runIngestBench } from "#bench/ingest/run-ingest-bench.ts";
import { AppError } from "#domain/errors.ts";
import { complain, say } from "./say.ts";
import { untilStopped } from "./until-stopped.ts";

interface IngestFlags {
  readonly json?: boolean;
  readonly short?: boolean;
  readonly seconds?: string;
  readonly runs?: string;
  readonly gateways: string;
  readonly rate?: string;
  readonly readings?: string;
  readonly signed?: boolean;
  readonly only?: string;
  readonly profile?: string;
}

/** What design §10 asks for: messages a second of each form. */
const standardLoads = [
  { readings: 1, isSigned: false, rate: 15_000 },
  { readings: 10, isSigned: false, rate: 4_500 },
  { readings: 10, isSigned: true, rate: 4_000 },
];
const full = { seconds: 60, runs: 5 };
const short = { seconds: 5, runs: 1 };

/** `coldmark bench`: the figures of design §10, with peers in the same run. */
export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("measure the figures this project promises; starts everything it needs on this machine")
    .command("ingest")
    .description("broker to durable and queryable, beside other programs")
    .option("--json", "one JSON object on standard output; progress goes to standard error")
    .option("--short", "5 seconds once, to see that it works")
    .option("--seconds <number>", "of each run (default 60)")
    .option("--runs <number>", "of each contender, interleaved (default 5)")
    .option("--gateways <number>", "that publish", "300")
    .option("--rate <number>", "messages a second; without it the rates of the figures")
    .option("--readings <number>", "in a message")
    .option("--signed", "messages signed with Ed25519")
    .option("--only <contender>", "one contender; `ours` is Coldmark")
    .option("--profile <folder>", "write a CPU profile of Coldmark's process there, one for each run")
    .action(benchIngest);
}

async function benchIngest(flags: IngestFlags): Promise<void> {
  const usual = flags.short ? short : full;
  const stop = new AbortController();
  untilStopped().then(() => stop.abort());
  const figures = await runIngestBench({
    seconds: count("--seconds", flags.seconds, usual.seconds, [4, 3_600]),
    runs: count("--runs", flags.runs, usual.runs, [1, 100]),
    gateways: count("--gateways", flags.gateways, 300, [1, 10_000]),
    loads: loadsOf(flags),
    only: flags.only === "ours" ? "coldmark" : (flags.only ?? null),
    signal: stop.signal,
    profileDir: flags.profile ?? null,
    say: flags.json ? complain : say,
  }).catch((fault: unknown) => {
    if (!stop.signal.aborted) throw fault;
    return null;
  });
  if (figures === null) {
    process.exitCode = 130;
    return complain("stopped; everything that was started is gone");
  }
  if (flags.json) return say(JSON.stringify({ figures }));
  for (const { name, value, unit, target, met, peer = "coldmark" } of figures) {
    const verdict = target === null ? "" : ` (target ${target}: ${met ? "met" : "MISSED"})`;
    say(`${peer}: ${name}: ${value ?? "none"} ${unit}${verdict}`);
  }
}

function loadsOf(flags: IngestFlags) {
  const { rate, readings, signed } = flags;
  if (rate === undefined && readings === undefined && signed === undefined) return standardLoads;
  const form = {
    readings: count("--readings", readings, signed ? 10 : 1, [1, 1_000]),
    isSigned: signed ?? false,
  };
  const usual = standardLoads.find(
    (load) => load.readings === form.readings && load.isSigned === form.isSigned,
  );
  return [{ ...form, rate: count("--rate", rate, usual?.rate ?? 1_000, [1, 200_000]) }];
}

function count(
  flag: string,
  text: string | undefined,
  fallback: number,
  [least, most]: [number, number],
): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AppError("BAD_SETTING", `${flag} must be a whole number from ${least} to ${most}`);
}
