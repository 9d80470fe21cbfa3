import type { LossResult, LossTerms } from "./measure-loss.ts";
import type { RunResult } from "./measure-run.ts";
import { median } from "./percentile.ts";

/** One line of `bench --json` (design §9); `peer` names the contender where it isn't Coldmark. */
export interface Figure {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly target: string | null;
  readonly met: boolean | null;
  readonly peer?: string;
}

/** What design §10 asks of a form of message; others have no target. */
const targets: Readonly<Record<string, { readonly messagesPerSecond: number; readonly p99Ms: number }>> = {
  "unsigned-1": { messagesPerSecond: 15_000, p99Ms: 500 },
  "unsigned-10": { messagesPerSecond: 4_500, p99Ms: 500 },
  "signed-10": { messagesPerSecond: 4_000, p99Ms: 500 },
};
const residentMostMib = 300;
const timesNodeRed = 3;
/** A rate is counted up to the last PUBACK, some ms after the last message: half a percent below is the rate asked for. */
const rateShare = 0.995;
/** The name under which Coldmark runs; every other contender is a peer. */
const ours = "coldmark";
const messagesPerCpuSecond = "messages per CPU second of all processes";

interface Goal {
  readonly text: string;
  readonly met: boolean;
}

/** The name of a load's form, as the figures carry it. */
export function formOf(load: { readonly readingsPerMessage: number; readonly isSigned: boolean }): string {
  return `${load.isSigned ? "signed" : "unsigned"}-${load.readingsPerMessage}`;
}

/**
 * The figures of one contender's runs under one load: medians, and of losses and memory the worst. `beside` marks runs at
 * a rate found rather than asked for: they have no targets.
 */
export function figuresOf(runs: readonly RunResult[], beside?: "beside"): Figure[] {
  const [first] = runs;
  if (first === undefined) return [];
  const { contender, load } = first;
  const target = contender === ours && !beside ? targets[formOf(load)] : undefined;
  const of = (pick: (run: RunResult) => number | null) => median(runs.flatMap((run) => pick(run) ?? []));
  const name = (what: string) => `${beside ? "beside others, " : ""}${formOf(load)}: ${what}`;
  const figure = (what: string, value: number | null, unit: string, goal?: Goal) =>
    toFigure({ name: name(what), value, unit, contender, goal });
  const rate = of((run) => (run.isSustained ? run.messagesPerSecond : 0));
  const p99 = of(({ latency }) => latency.p99Ms);
  const lost = Math.max(...runs.map((run) => run.expected - run.stored));
  const resident = Math.max(...runs.map((run) => run.residentPeakMib));
  return [
    figure("sustained", rate, "messages/s", atLeast(rate, target?.messagesPerSecond, rateShare)),
    figure("sustained readings", (rate ?? 0) * load.readingsPerMessage, "readings/s"),
    figure(
      "publish to queryable, p50",
      of(({ latency }) => latency.p50Ms),
      "ms",
    ),
    figure("publish to queryable, p99", p99, "ms", below(p99, target?.p99Ms)),
    figure(
      "backlog at the end",
      of((run) => run.drainSeconds),
      "s",
    ),
    figure(
      messagesPerCpuSecond,
      of((run) => run.messagesPerCpuSecond),
      "messages/s",
    ),
    figure("acknowledged readings not stored, worst run", lost, "readings", target && noneLost(lost)),
    figure("resident memory, peak", resident, "MiB", below(resident, target && residentMostMib)),
    figure(
      "resident memory, growth in the second half",
      of((run) => run.residentSlopeMibPerMinute),
      "MiB/min",
    ),
  ];
}

/** How many times a peer's messages per CPU second Coldmark makes of one; nothing where Coldmark didn't run. */
export function ratioFigures(groups: readonly (readonly RunResult[])[]): Figure[] {
  const medians = groups.flatMap((runs) => {
    const value = median(runs.map((run) => run.messagesPerCpuSecond));
    return runs[0] === undefined || value === null ? [] : [{ contender: runs[0].contender, value }];
  });
  const own = medians.find(({ contender }) => contender === ours)?.value;
  if (own === undefined) return [];
  return medians
    .filter(({ contender }) => contender !== ours)
    .map(({ contender, value }) => {
      const times = own / value;
      const goal = contender === "node-red" ? atLeast(times, timesNodeRed) : undefined;
      return toFigure({
        name: `${messagesPerCpuSecond}, times ${contender}'s`,
        value: times,
        unit: "times",
        contender: ours,
        goal,
      });
    });
}

/** The worst loss of each contender in each fault; Coldmark may have none. */
export function lossFigures(results: readonly LossResult[], terms: LossTerms): Figure[] {
  const groups = Map.groupBy(results, ({ contender, fault }) => `${fault} of ${contender}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { contender, fault } = first;
    const value = Math.max(...group.map(({ lost }) => lost));
    const acknowledged = Math.max(...group.map((result) => result.acknowledged));
    const how = {
      "kill -9": " three times",
      "without InfluxDB": ` for ${terms.outageSeconds} s`,
      poison: " 1 in 1,000",
    }[fault];
    const name = `lost at ${terms.messagesPerSecond} messages/s, ${fault}${how}, of ${acknowledged} acknowledged`;
    const goal = contender === ours ? noneLost(value) : undefined;
    return [toFigure({ name, value, unit: "messages", contender, goal })];
  });
}

function toFigure(facts: {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly contender: string;
  readonly goal: Goal | undefined;
}): Figure {
  const { name, value, unit, contender, goal } = facts;
  return {
    name,
    value: value === null ? null : Math.round(value * 100) / 100,
    unit,
    target: goal?.text ?? null,
    met: goal?.met ?? null,
    ...(contender === ours ? {} : { peer: contender }),
  };
}

function atLeast(value: number | null, least: number | undefined, share = 1): Goal | undefined {
  return least === undefined ? undefined : { text: `>= ${least}`, met: (value ?? 0) >= least * share };
}

function below(value: number | null, most: number | undefined): Goal | undefined {
  if (most === undefined) return undefined;
  return { text: `< ${most}`, met: (value ?? Number.POSITIVE_INFINITY) < most };
}

function noneLost(lost: number): Goal {
  return { text: "0", met: lost === 0 };
}
