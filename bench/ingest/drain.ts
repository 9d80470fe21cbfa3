import { setTimeout as pause } from "node:timers/promises";
import { cpuSeconds } from "./process-usage.ts";
import type { Run } from "./with-run.ts";

/** What to wait for: readings from `since` (epoch ms) on, so many; `stallMs` without any new one gives the rest up. */
export interface Awaited {
  readonly since: number;
  readonly expected: number;
  readonly stallMs: number;
}

/** How it ended: when the newest reading was seen (`performance.now`), and the CPU seconds of all processes by then. */
export interface Drained {
  readonly stored: number;
  readonly at: number;
  readonly cpu: Readonly<Record<string, number>>;
}

const mostMs = 300_000;
/** Looking costs InfluxDB something, so it is done less often once the wait is long. */
const looks = { quickMs: 250, quickForMs: 5_000, slowMs: 2_000 };

/** Waits until a contender has stored what it will; a newer time in InfluxDB shows that it still works on a backlog. */
export async function drain(run: Run, { since, expected, stallMs }: Awaited): Promise<Drained> {
  const began = performance.now();
  let best: Drained & { readonly newest: number } = { stored: -1, newest: 0, at: began, cpu: usageOf(run) };
  for (;;) {
    const [stored, newest] = await lookFrom(run, since).catch(() => [0, 0] as const);
    const at = performance.now();
    if (stored > best.stored || newest > best.newest) best = { stored, newest, at, cpu: usageOf(run) };
    if (stored >= expected || at - best.at > stallMs || at - began > mostMs) return best;
    const ms = at - began < looks.quickForMs ? looks.quickMs : looks.slowMs;
    await pause(ms, undefined, { signal: run.signal });
  }
}

async function lookFrom(run: Run, since: number): Promise<readonly [stored: number, newest: number]> {
  const { world, contender } = run;
  const stored = await countLoad(run, since);
  return [stored, stored > 0 ? 0 : await world.reader.newest(contender.database, conditionOf(run, 0))];
}

/** Readings of the load, from `since` on, that InfluxDB holds; those of poison with a time of its own aren't looked at. */
export function countLoad(run: Run, since = 0): Promise<number> {
  return run.world.reader.count(run.contender.database, conditionOf(run, since));
}

function conditionOf({ contender, load }: Run, since: number): string {
  const until = load.startAt + load.seconds * 1000;
  return `${contender.readings} AND time >= ${since}ms AND time <= ${until}ms`;
}

/** CPU seconds so far of every process that takes part, by its name; the bench's own is not among them. */
export function usageOf({ world, publisher, contender }: Run): Record<string, number> {
  const { broker, influx } = world;
  const shared = { broker: broker.pid, publisher: publisher.pid, influxd: influx.pid };
  return cpuSeconds({ ...shared, ...contender.pids() });
}
