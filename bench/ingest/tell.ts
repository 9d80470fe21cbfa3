import type { LossResult } from "./measure-loss.ts";
import type { RunResult } from "./measure-run.ts";

const wordsMost = 1_500;

/** A run in words for whoever watches. */
export function tellRun(run: RunResult): string {
  const { latency, receiptsComplete } = run;
  const cpu = Object.entries(run.cpuSeconds).map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`);
  const receipts = { true: "complete", false: "INCOMPLETE", null: "none" }[`${receiptsComplete}`];
  const rate = `${run.messagesPerSecond.toFixed(0)} messages/s`;
  return [
    `  ${run.isSustained ? "sustained" : "NOT SUSTAINED"}: ${rate}, stored ${run.stored} of ${run.expected} readings, drained in ${run.drainSeconds.toFixed(1)} s`,
    `  publish to queryable p50 ${inMs(latency.p50Ms)}, p99 ${inMs(latency.p99Ms)} (${latency.seen} probes, ${latency.missing} missing); receipts ${receipts}`,
    `  CPU s: ${cpu.join(", ")}; ${run.messagesPerCpuSecond.toFixed(0)} messages per CPU second`,
    `  memory peak ${run.residentPeakMib.toFixed(0)} MiB, growth ${run.residentSlopeMibPerMinute.toFixed(1)} MiB/min`,
    ...(run.stored < run.expected ? [`  its last words: ${run.lastWords.slice(-wordsMost)}`] : []),
  ].join("\n");
}

/** A fault run in words. */
export function tellLoss({ acknowledged, stored, expected, lost }: LossResult): string {
  return `  ${acknowledged} messages acknowledged, ${stored} of ${expected} sound readings stored, ${lost} lost`;
}

function inMs(value: number | null): string {
  return value === null ? "unknown" : `${value.toFixed(0)} ms`;
}
