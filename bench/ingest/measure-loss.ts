import { setTimeout as pause } from "node:timers/promises";
import type { ContenderKind } from "./contender.ts";
import { drain } from "./drain.ts";
import { readingsOf } from "./load.ts";
import { type Run, type RunOptions, untilPublished, withRun } from "./with-run.ts";

/** What goes wrong in a run: the contender is killed and started again three times, InfluxDB is away, some messages are poison. */
export const faults = ["kill -9", "without InfluxDB", "poison"] as const;
/** One of them. */
export type Fault = (typeof faults)[number];

/** What a contender lost: sound messages with a PUBACK that InfluxDB doesn't hold after everything drained. */
export interface LossResult {
  readonly contender: string;
  readonly fault: Fault;
  readonly acknowledged: number;
  readonly expected: number;
  readonly stored: number;
  readonly lost: number;
}

/** How hard: messages a second, how long a stream, how long InfluxDB is away. */
export interface LossTerms {
  readonly messagesPerSecond: number;
  readonly gateways: number;
  readonly seconds: number;
  readonly outageSeconds: number;
}

const poisonEvery = 1_000;
const kills = 3;
/** Longer than any contender waits before it tries again after an outage of a minute, as far as their defaults tell. */
const stallMs = 90_000;

/** Runs one contender through one fault in a world of its own. @throws when a part doesn't start, or at the signal */
export function measureLoss(
  kind: ContenderKind,
  fault: Fault,
  terms: LossTerms,
  options: RunOptions,
): Promise<LossResult> {
  const { messagesPerSecond, gateways, seconds, outageSeconds } = terms;
  const load = {
    messagesPerSecond,
    gateways,
    seconds: fault === "without InfluxDB" ? seconds + outageSeconds : seconds,
    readingsPerMessage: 1,
    isSigned: false,
    poisonEvery: fault === "poison" ? poisonEvery : 0,
  };
  return withRun({ kind, load }, options, async (run) => {
    run.probe.quiet();
    run.publisher.go();
    const [acknowledged] = await Promise.all([untilPublished(run), bring(fault, run, terms)]);
    const expected = readingsOf(run.load);
    const { stored } = await drain(run, { since: 0, expected, stallMs });
    return { contender: kind.name, fault, acknowledged, expected, stored, lost: expected - stored };
  });
}

/** Kills come evenly over the stream, or as soon as the contender runs again; an outage begins in its middle. */
async function bring(fault: Fault, run: Run, { seconds, outageSeconds }: LossTerms): Promise<void> {
  const { contender, world, signal } = run;
  if (fault === "kill -9") {
    for (let nth = 0; nth < kills; nth += 1) {
      await pause((seconds * 1000) / (kills + 1), undefined, { signal });
      await contender.kill9();
      await contender.restart();
    }
  }
  if (fault === "without InfluxDB") {
    await pause((seconds * 1000) / 2, undefined, { signal });
    await world.influx.down();
    await pause(outageSeconds * 1000, undefined, { signal });
    await world.influx.restart();
  }
}
