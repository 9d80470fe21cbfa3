import type { RunResult } from "./measure-run.ts";
import { median } from "./percentile.ts";

/** One line of `bench --json` (design §9). */
export interface Figure {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly target: string | null;
  readonly met: boolean | null;
  readonly peer?: string;
}

/** What design §10 asks of a load's form; loads of no row have no target. */
interface Target {
  readonly messagesPerSecond: number;
  readonly p99Ms: number;
}

const residentMostMib = 300;

/** The name of a load's form, as the figures carry it. */
export function formOf({
  readingsPerMessage,
  isSigned,
}: {
  readingsPerMessage: number;
  isSigned: boolean;
}): string {
  return `${isSigned ? "signed" : "unsigned"}-${readingsPerMessage}`;
}

const targets: Readonly<Record<string, Target>> = {
  "unsigned-1": { messagesPerSecond: 15_000, p99Ms: 500 },
  "unsigned-10": { messagesPerSecond: 4_500, p99Ms: 500 },
  "signed-10": { messagesPerSecond: 4_000, p99Ms: 500 },
};

/** The figures of one contender's runs under one load: medians, and for what may never happen the worst. */
export function figuresOf(runs: readonly RunResult[]): Figure[] {
  const [first] = runs;
  if (first === undefined) return [];
  const form = formOf(first.load);
  const isOurs = first.contender === "coldmark";
  const target = isOurs ? targets[form] : undefined;
  const of = (pick: (run: RunResult) => number | null) => median(runs.flatMap((run) => pick(run) ?? []));
  const figure = (
    name: string,
    value: number | null,
    unit: string,
    goal?: { text: string; met: boolean },
  ): Figure => ({
    name: `${form} ${name}`,
    value: value === null ? null : Math.round(value * 100) / 100,
    unit,
    target: goal?.text ?? null,
    met: goal?.met ?? null,
    ...(isOurs ? {} : { peer: first.contender }),
  });
  const atLeast = (value: number | null, least: number | undefined) =>
    least === undefined ? undefined : { text: `>= ${least}`, met: (value ?? 0) >= least };
  const below = (value: number | null, most: number | undefined) =>
    most === undefined ? undefined : { text: `< ${most}`, met: (value ?? Number.POSITIVE_INFINITY) < most };
  const rate = of((run) => (run.isSustained ? run.messagesPerSecond : 0));
  const p99 = of((run) => run.p99Ms);
  const lost = Math.max(...runs.map((run) => run.expected - run.stored));
  const resident = Math.max(...runs.map((run) => run.residentPeakMib));
  return [
    figure("sustained", rate, "messages/s", atLeast(rate, target?.messagesPerSecond)),
    figure("sustained readings", (rate ?? 0) * first.load.readingsPerMessage, "readings/s"),
    figure(
      "publish to queryable p50",
      of((run) => run.p50Ms),
      "ms",
    ),
    figure("publish to queryable p99", p99, "ms", below(p99, target?.p99Ms)),
    figure(
      "backlog at the end",
      of((run) => run.drainSeconds),
      "s",
    ),
    figure(
      "messages per CPU second of all processes",
      of((run) => run.messagesPerCpuSecond),
      "messages/s",
    ),
    figure(
      "acknowledged readings not stored, worst run",
      lost,
      "readings",
      isOurs ? { text: "0", met: lost === 0 } : undefined,
    ),
    figure("resident memory, peak", resident, "MiB", isOurs ? below(resident, residentMostMib) : undefined),
    figure(
      "resident memory, growth in the second half",
      of((run) => run.residentSlopeMibPerMinute),
      "MiB/min",
    ),
  ];
}
