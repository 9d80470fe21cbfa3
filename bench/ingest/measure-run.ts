import { setTimeout as pause } from "node:timers/promises";
import type { Contender, ContenderKind } from "./contender.ts";
import { gatewayId, type Load, messagesOf, readingsOf, readingsSince } from "./load.ts";
import { percentile, slope } from "./percentile.ts";
import { type Probe, startProbe } from "./probe.ts";
import { cpuSeconds, residentMib } from "./process-usage.ts";
import { type Publisher, startPublisher } from "./start-publisher.ts";
import { startWorld, type World } from "./start-world.ts";

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
  readonly probes: { readonly seen: number; readonly missing: number };
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Whether receipts told every gateway that all of its messages are durable; null where there are none. */
  readonly receiptsComplete: boolean | null;
  /** From the end of the warm-up until all was stored, by process. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly messagesPerCpuSecond: number;
  /** Of the contender's first process. */
  readonly residentPeakMib: number;
  readonly residentSlopeMibPerMinute: number;
  /** Whether the rate was held, everything stored, and nothing left to drain. */
  readonly isSustained: boolean;
}

/** How to run: `signal` ends it early; everything is stopped and deleted either way. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly profileDir: string | null;
}

/** Seconds at the beginning that aren't counted: programs are compiled, tables grow. */
const warmUpSeconds = 3;
const firstProbeTriesMax = 300;
const sampleEachMs = 500;
const drainEachMs = 250;
/** A contender that stored nothing more for so long has lost the rest. */
const stallMs = 15_000;
const drainMostMs = 120_000;
const tailMs = 1_000;
const sustained = { rateShare: 0.985, drainSeconds: 2 };

/** Runs one contender under one load in a world of its own. @throws when a part doesn't start, or at the signal */
export async function measureRun(
  kind: ContenderKind,
  load: Load,
  { signal, profileDir }: RunOptions,
): Promise<RunResult> {
  const world = await startWorld({ postgres: kind.needsPostgres });
  const closing: (() => unknown)[] = [world.stop];
  try {
    const contender = await kind.start(world, load, profileDir);
    closing.push(contender.stop);
    const probe = await startProbe(world, contender, load);
    closing.push(probe.stop);
    const publisher = await startPublisher(load, world.broker);
    closing.push(publisher.stop);
    await untilProbed(probe, signal);
    return await observe({ kind, load, world, contender, probe, publisher, signal });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

interface Running {
  readonly kind: ContenderKind;
  readonly load: Load;
  readonly world: World;
  readonly contender: Contender;
  readonly probe: Probe;
  readonly publisher: Publisher;
  readonly signal: AbortSignal;
}

/** A contender is ready when a reading has gone all the way. */
async function untilProbed(probe: Probe, signal: AbortSignal): Promise<void> {
  for (let tries = 0; probe.latenciesMs.length === 0; tries += 1) {
    if (tries === firstProbeTriesMax) throw new Error("no probe comes through");
    await pause(100, undefined, { signal });
  }
}

async function observe(running: Running): Promise<RunResult> {
  const { load, publisher, probe, signal, contender } = running;
  const usage = () => cpuSeconds(processes(running));
  publisher.go();
  const began = performance.now();
  await pause(warmUpSeconds * 1000, undefined, { signal });
  const atStart = { acknowledged: await publisher.count(), cpu: usage() };
  probe.reset();
  const memory = watchMemory(Object.values(contender.pids())[0] ?? 0);
  const acknowledged = await untilDone(publisher, signal).finally(memory.stop);
  const ended = performance.now();
  probe.quiet();
  const drained = await drain(running, usage);
  const stored = await running.world.reader.count(contender.database, contender.readings);
  const cpu = Object.fromEntries(
    Object.entries(drained.cpu).map(([name, seconds]) => [name, seconds - (atStart.cpu[name] ?? 0)]),
  );
  const messagesPerSecond = acknowledged / ((ended - began) / 1000);
  const drainSeconds = Math.max(0, drained.at - ended) / 1000;
  const expected = readingsOf(load);
  return {
    contender: running.kind.name,
    load,
    acknowledged,
    messagesPerSecond,
    stored,
    expected,
    drainSeconds,
    probes: { seen: probe.latenciesMs.length, missing: probe.missing() },
    p50Ms: percentile(probe.latenciesMs, 0.5),
    p99Ms: percentile(probe.latenciesMs, 0.99),
    receiptsComplete: await receiptsComplete(running),
    cpuSeconds: cpu,
    messagesPerCpuSecond:
      (acknowledged - atStart.acknowledged) / Object.values(cpu).reduce((sum, each) => sum + each, 0),
    ...memory.told(),
    isSustained:
      stored === expected &&
      messagesPerSecond >= load.messagesPerSecond * sustained.rateShare &&
      drainSeconds <= sustained.drainSeconds,
  };
}

function processes({ world, publisher, contender }: Running): Record<string, number> {
  const { broker, influx } = world;
  return { broker: broker.pid, publisher: publisher.pid, influxd: influx.pid, ...contender.pids() };
}

async function untilDone(publisher: Publisher, signal: AbortSignal): Promise<number> {
  const aborted = new Promise<never>((_, fail) => {
    signal.addEventListener("abort", () => fail(signal.reason), { once: true });
  });
  return Promise.race([publisher.done, aborted]);
}

function watchMemory(pid: number) {
  const samples: { x: number; y: number }[] = [];
  const timer = setInterval(
    () => samples.push({ x: performance.now() / 60_000, y: residentMib(pid) }),
    sampleEachMs,
  );
  return {
    stop: () => clearInterval(timer),
    told: () => ({
      residentPeakMib: Math.max(0, ...samples.map(({ y }) => y)),
      residentSlopeMibPerMinute: slope(samples.slice(Math.floor(samples.length / 2))),
    }),
  };
}

/** Waits until the load's last second is stored, looking at no more than that, so that looking costs little. */
async function drain({ load, world, contender, signal }: Running, usage: () => Record<string, number>) {
  const since = load.startAt + load.seconds * 1000 - tailMs;
  const expected = readingsSince(load, since);
  const began = performance.now();
  let best = { stored: -1, at: began, cpu: usage() };
  for (;;) {
    const stored = await world.reader
      .count(contender.database, `${contender.readings} AND time >= ${since}ms`)
      .catch(() => 0);
    const at = performance.now();
    if (stored > best.stored) best = { stored, at, cpu: usage() };
    if (stored >= expected || at - best.at > stallMs || at - began > drainMostMs) return best;
    await pause(drainEachMs, undefined, { signal });
  }
}

const receiptTriesMax = 20;

/** Receipts come at most once a second to each gateway, so the last ones may be on their way. */
async function receiptsComplete({ load, probe, signal }: Running): Promise<boolean | null> {
  if (probe.receipts.size === 0) return null;
  const owed = (index: number) => Math.ceil((messagesOf(load) - index) / load.gateways);
  const isComplete = () =>
    Array.from(
      { length: load.gateways },
      (_, index) => probe.receipts.get(gatewayId(index)) === owed(index),
    ).every(Boolean);
  for (let tries = 0; tries < receiptTriesMax && !isComplete(); tries += 1)
    await pause(250, undefined, { signal });
  return isComplete();
}
