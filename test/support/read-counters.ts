/** What a running service says became of the readings. */
import { setTimeout as pause } from "node:timers/promises";
import type { Counters } from "./ingest-house.ts";

/** Readings by their end, as `/metrics` of the service at this address tells them. */
export async function readCounters(httpUrl: string): Promise<Counters> {
  const text = await (await fetch(new URL("/metrics", httpUrl))).text();
  const ends = [...text.matchAll(/^coldmark_readings\{end="(\w+)"\} (\d+)/gm)];
  return Object.fromEntries(ends.map(([, end, count]) => [end, Number(count)])) as Counters;
}

/** Waits until nothing is in flight. @throws when it never came to that within a minute */
export async function untilAtRest(httpUrl: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await readCounters(httpUrl)).inFlight !== 0) {
    if (Date.now() > deadline) throw new Error("readings stay in flight");
    await pause(50);
  }
}
