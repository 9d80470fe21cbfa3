import { coldmark } from "./coldmark.ts";
import type { ContenderKind } from "./contender.ts";
import { type Figure, figuresOf, formOf } from "./figures.ts";
import type { Load } from "./load.ts";
import { measureRun, type RunResult } from "./measure-run.ts";

/** What to run; a load without a rate runs at the rate that design §10 asks of its form. */
export interface IngestBench {
  readonly seconds: number;
  readonly runs: number;
  readonly gateways: number;
  readonly loads: readonly { readonly readings: number; readonly isSigned: boolean; readonly rate: number }[];
  readonly only: string | null;
  readonly signal: AbortSignal;
  readonly profileDir: string | null;
  /** One line for whoever watches. */
  readonly say: (line: string) => void;
}

const contenders: readonly ContenderKind[] = [coldmark];

/** Runs every contender under every load, interleaved, and gives the figures. */
export async function runIngestBench(bench: IngestBench): Promise<Figure[]> {
  const { only, loads, runs, say } = bench;
  const taking = contenders.filter(({ name }) => only === null || only === name);
  const results: RunResult[] = [];
  for (let nth = 1; nth <= runs; nth += 1) {
    for (const form of loads) {
      for (const kind of taking) {
        const load = loadOf(bench, form);
        say(`run ${nth} of ${runs}: ${kind.name}, ${formOf(load)} at ${load.messagesPerSecond} messages/s`);
        const result = await measureRun(kind, load, bench);
        results.push(result);
        say(tell(result));
      }
    }
  }
  const groups = Map.groupBy(results, ({ contender, load }) => `${contender} ${formOf(load)}`);
  return [...groups.values()].flatMap(figuresOf);
}

function loadOf(
  { seconds, gateways }: IngestBench,
  { readings, isSigned, rate }: IngestBench["loads"][number],
): Load {
  return {
    messagesPerSecond: rate,
    seconds,
    readingsPerMessage: readings,
    isSigned,
    gateways,
    poisonEvery: 0,
    startAt: Date.now(),
  };
}

function tell(run: RunResult): string {
  const cpu = Object.entries(run.cpuSeconds).map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`);
  const ms = (value: number | null) => (value === null ? "none" : value.toFixed(0));
  return [
    `  ${run.isSustained ? "sustained" : "NOT SUSTAINED"}: ${run.messagesPerSecond.toFixed(0)} messages/s, stored ${run.stored} of ${run.expected} readings, drained in ${run.drainSeconds.toFixed(1)} s`,
    `  latency p50 ${ms(run.p50Ms)} ms, p99 ${ms(run.p99Ms)} ms (${run.probes.seen} probes, ${run.probes.missing} missing); receipts ${run.receiptsComplete === null ? "none" : run.receiptsComplete ? "complete" : "INCOMPLETE"}`,
    `  CPU s: ${cpu.join(", ")}; ${run.messagesPerCpuSecond.toFixed(0)} messages per CPU second`,
    `  memory peak ${run.residentPeakMib.toFixed(0)} MiB, ${run.residentSlopeMibPerMinute.toFixed(1)} MiB/min`,
  ].join("\n");
}
