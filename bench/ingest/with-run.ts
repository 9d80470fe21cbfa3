import { setTimeout as pause } from "node:timers/promises";
import type { Contender, ContenderKind } from "./contender.ts";
import type { Load } from "./load.ts";
import { type Probe, startProbe } from "./probe.ts";
import { type Publisher, startPublisher } from "./start-publisher.ts";
import { startWorld, type World } from "./start-world.ts";

/** A contender that is ready, with a publisher that has all its packets made, in a world of its own. */
export interface Run {
  readonly kind: ContenderKind;
  readonly load: Load;
  readonly world: World;
  readonly contender: Contender;
  readonly probe: Probe;
  readonly publisher: Publisher;
  readonly signal: AbortSignal;
}

/** How to run: `signal` ends it early; everything is stopped and deleted either way. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly profileDir: string | null;
}

const firstProbeTriesMax = 300;
/** Beyond the load's own time: a broker that holds back its PUBACKs for longer is stuck. */
const publishMostMs = 120_000;

/** Prepares a run, does the work, and leaves nothing behind. @throws when a part doesn't start, or at the signal */
export async function withRun<Result>(
  { kind, load }: { readonly kind: ContenderKind; readonly load: Omit<Load, "startAt"> },
  { signal, profileDir }: RunOptions,
  work: (run: Run) => Promise<Result>,
): Promise<Result> {
  const planned = { ...load, startAt: Date.now() };
  const world = await startWorld({ postgres: kind.needsPostgres });
  const closing: (() => unknown)[] = [world.stop];
  try {
    const contender = await kind.start(world, planned, profileDir);
    closing.push(contender.stop);
    const publisher = await startPublisher(planned, world.broker);
    closing.push(publisher.stop);
    const probe = await startProbe(world, contender, planned);
    closing.push(probe.stop);
    if (kind.holdsBackMs === 0) await untilProbed(probe, signal);
    return await work({ kind, load: planned, world, contender, probe, publisher, signal });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** A contender is ready when a reading has gone all the way; one that holds readings back can't show it. */
async function untilProbed(probe: Probe, signal: AbortSignal): Promise<void> {
  for (let tries = 0; probe.latenciesMs.length === 0; tries += 1) {
    if (tries === firstProbeTriesMax) throw new Error("no probe comes through");
    await pause(100, undefined, { signal });
  }
}

/** The messages with a PUBACK, once all are out. @throws at the signal, or when the broker is stuck */
export function untilPublished({ publisher, load, signal }: Run): Promise<number> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(load.seconds * 1000 + publishMostMs)]);
  const ended = new Promise<never>((_, fail) => {
    bound.addEventListener("abort", () => fail(bound.reason), { once: true });
  });
  return Promise.race([publisher.done, ended]);
}
