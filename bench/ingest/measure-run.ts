import { setTimeout as pause } from "node:timers/promises";
import type { ContenderKind } from "./contender.ts";
import { countLoad, type Drained, drain, usageOf } from "./drain.ts";
import { gatewayId, type Load, messagesOf, readingsOf, readingsSince } from "./load.ts";
import { percentile, slope } from "./percentile.ts";
import type { Probe } from "./probe.ts";
import { residentMib } from "./process-usage.ts";
import { type Run, type RunOptions, untilPublished, withRun } from "./with-run.ts";

/** What one run of one contender came to. */
export interface RunResult {
  readonly contender: string;
  readonly load: Load;
  /** PUBACKs the publisher got, and over the whole run how many a second. */
  readonly acknowledged: number;
  readonly messagesPerSecond: number;
  /** Readings that InfluxDB holds in the end, and how many it should. */
  readonly stored: number;
  readonly expected: number;
  /** From the publisher's last PUBACK to the last reading in InfluxDB. */
  readonly drainSeconds: number;
  readonly latency: Latency;
  /** Whether receipts told every gateway that all of its messages are durable; null where there are none. */
  readonly receiptsComplete: boolean | null;
  /**
   * From the end of the warm-up until all was stored, by process; until 2 s after the last PUBACK of a contender that holds
   * back the end of a stream, because the bench's looking meanwhile would cost more than that end.
   */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly messagesPerCpuSecond: number;
  /** Of the contender's first process. */
  readonly residentPeakMib: number;
  readonly residentSlopeMibPerMinute: number;
  /** Whether the rate was held, everything stored, and nothing left to drain. */
  readonly isSustained: boolean;
  /** What the contender's process wrote last, for a run that didn't go well. */
  readonly lastWords: string;
}

/** Publish to queryable of the probes of a run; `missing` weren't queryable 2 s after the last of them. */
interface Latency {
  readonly seen: number;
  readonly missing: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Seconds at the beginning that aren't counted: programs are compiled, tables grow. */
const warmUpSeconds = 3;
const sampleEachMs = 500;
/** A contender that stored nothing more for so long has lost the rest. */
const stallMs = 15_000;
const tailMs = 1_000;
const lastLookMs = 2_000;
const sustained = { rateShare: 0.985, drainSeconds: 2, p99Ms: 3_000, missingMost: 5 };

/** Runs one contender under one load in a world of its own. @throws when a part doesn't start, or at the signal */
export function measureRun(
  kind: ContenderKind,
  load: Omit<Load, "startAt">,
  options: RunOptions,
): Promise<RunResult> {
  return withRun({ kind, load }, options, observe);
}

async function observe(run: Run): Promise<RunResult> {
  const { load, kind, publisher, probe, signal, contender } = run;
  publisher.go();
  const began = performance.now();
  await pause(warmUpSeconds * 1000, undefined, { signal });
  const atStart = { acknowledged: await publisher.count(), cpu: usageOf(run) };
  probe.reset();
  const memory = watchMemory(Object.values(contender.pids())[0] ?? 0);
  const acknowledged = await untilPublished(run).finally(memory.stop);
  const ended = performance.now();
  probe.quiet();
  const soon = pause(lastLookMs).then(() => ({ latency: latencyOf(probe), cpu: usageOf(run) }));
  const drained = await drainTail(run);
  const cpu = difference(kind.holdsBackMs > 0 ? (await soon).cpu : drained.cpu, atStart.cpu);
  const measured = {
    messagesPerSecond: acknowledged / ((ended - began) / 1000),
    stored: await countLoad(run),
    expected: readingsOf(load),
    drainSeconds: Math.max(0, drained.at - ended) / 1000,
    latency: (await soon).latency,
  };
  const storedShare = measured.stored / measured.expected;
  return {
    contender: kind.name,
    load,
    acknowledged,
    ...measured,
    lastWords: contender.words(),
    receiptsComplete: await receiptsComplete(run),
    cpuSeconds: cpu,
    messagesPerCpuSecond: (storedShare * (acknowledged - atStart.acknowledged)) / sum(Object.values(cpu)),
    ...memory.told(),
    isSustained: isSustained(run, measured),
  };
}

function isSustained(
  { load, kind }: Run,
  run: Pick<RunResult, "messagesPerSecond" | "stored" | "expected" | "drainSeconds" | "latency">,
): boolean {
  const { p99Ms, missing } = run.latency;
  return (
    run.stored === run.expected &&
    run.messagesPerSecond >= load.messagesPerSecond * sustained.rateShare &&
    run.drainSeconds <= sustained.drainSeconds + kind.holdsBackMs / 1000 &&
    p99Ms !== null &&
    p99Ms <= sustained.p99Ms &&
    missing <= sustained.missingMost
  );
}

function latencyOf(probe: Probe): Latency {
  const { latenciesMs } = probe;
  return {
    seen: latenciesMs.length,
    missing: probe.missing(),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  };
}

function difference(
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function watchMemory(pid: number) {
  const samples: { x: number; y: number }[] = [];
  const sample = () => void samples.push({ x: performance.now() / 60_000, y: residentMib(pid) });
  const timer = setInterval(sample, sampleEachMs);
  return {
    stop: () => clearInterval(timer),
    told: () => ({
      residentPeakMib: Math.max(0, ...samples.map(({ y }) => y)),
      residentSlopeMibPerMinute: slope(samples.slice(Math.floor(samples.length / 2))),
    }),
  };
}

/** Waits until the load's last second is stored, looking at no more than that, so that looking costs little. */
function drainTail(run: Run): Promise<Drained> {
  const { load, kind } = run;
  const since = load.startAt + load.seconds * 1000 - tailMs;
  const expected = readingsSince(load, since);
  return drain(run, { since, expected, stallMs: stallMs + kind.holdsBackMs });
}

const receiptTriesMax = 20;

/** Receipts come at most once a second to each gateway, so the last ones may be on their way. */
async function receiptsComplete({ load, probe, signal }: Run): Promise<boolean | null> {
  if (probe.receipts.size === 0) return null;
  const owed = (index: number) => Math.ceil((messagesOf(load) - index) / load.gateways);
  const indexes = Array.from({ length: load.gateways }, (_, index) => index);
  const isComplete = () =>
    indexes.every((index) => (probe.receipts.get(gatewayId(index)) ?? 0) >= owed(index));
  for (let tries = 0; tries < receiptTriesMax && !isComplete(); tries += 1)
    await pause(250, undefined, { signal });
  return isComplete();
}
