import { AppError } from "#domain/errors.ts";
import { coldmark } from "./coldmark.ts";
import type { ContenderKind } from "./contender.ts";
import { type Figure, figuresOf, formOf, lossFigures, ratioFigures } from "./figures.ts";
import { findRate } from "./find-rate.ts";
import type { Load } from "./load.ts";
import { faults, type LossResult, measureLoss } from "./measure-loss.ts";
import { measureRun, type RunResult } from "./measure-run.ts";
import { nodeRed } from "./node-red.ts";
import { installPeers } from "./peer-packages.ts";
import { plainProgram } from "./plain-program.ts";
import { findTelegraf, telegrafAt } from "./telegraf.ts";
import { tellLoss, tellRun } from "./tell.ts";

/** The parts of the bench: Coldmark at the rates of design §10, all beside one another, and what each loses in faults. */
export const benchParts = ["load", "beside", "faults"] as const;
/** One of them. */
export type BenchPart = (typeof benchParts)[number];

/** What to run. */
export interface IngestBench {
  readonly parts: ReadonlySet<BenchPart>;
  readonly seconds: number;
  readonly runs: number;
  readonly gateways: number;
  readonly loads: readonly Form[];
  /** One contender by its name; null takes all. */
  readonly only: string | null;
  /** Messages a second that every contender gets beside the others; null finds the highest that each holds. */
  readonly rate: number | null;
  readonly faults: {
    readonly runs: number;
    readonly messagesPerSecond: number;
    readonly outageSeconds: number;
  };
  readonly signal: AbortSignal;
  readonly profileDir: string | null;
  /** One line for whoever watches. */
  readonly say: (line: string) => void;
}

/** A form of message, and how many a second. */
export interface Form {
  readonly readings: number;
  readonly isSigned: boolean;
  readonly rate: number;
}

const faultSeconds = 20;

/** Runs the parts asked for, contenders interleaved, and gives the figures. @throws AppError BAD_SETTING for an unknown contender */
export async function runIngestBench(bench: IngestBench): Promise<Figure[]> {
  const { only, say } = bench;
  const taking = contenders(say).filter(({ name }) => only === null || only === name);
  if (taking.length === 0) throw new AppError("BAD_SETTING", `--only: there is no contender ${only} here`);
  const isAlone = bench.parts.has("load") && bench.parts.size === 1;
  if (taking.some((kind) => kind !== coldmark) && !isAlone) await installPeers(say);
  const figures: Figure[] = [];
  if (bench.parts.has("load") && taking.includes(coldmark)) figures.push(...(await underLoads(bench)));
  if (bench.parts.has("beside")) figures.push(...(await besideOthers(bench, taking)));
  if (bench.parts.has("faults")) figures.push(...(await inFaults(bench, taking)));
  return figures;
}

function contenders(say: (line: string) => void): ContenderKind[] {
  const program = findTelegraf();
  if (program === null) say("telegraf: not found here");
  return [coldmark, nodeRed, plainProgram, ...(program === null ? [] : [telegrafAt(program)])];
}

/** Coldmark alone, every form in turn. */
async function underLoads(bench: IngestBench): Promise<Figure[]> {
  const turns = bench.loads.map((form) => ({ kind: coldmark, load: loadOf(bench, form) }));
  return groupsOf(await runInTurns(bench, turns)).flatMap((runs) => figuresOf(runs));
}

/** All contenders under the first form, each at the highest rate that it holds. */
async function besideOthers(bench: IngestBench, taking: readonly ContenderKind[]): Promise<Figure[]> {
  const [form] = bench.loads;
  if (form === undefined) return [];
  const turns: Turn[] = [];
  for (const kind of taking.filter(({ readsSigned }) => readsSigned || !form.isSigned)) {
    const rate = bench.rate ?? (await findRate(kind, loadOf(bench, form), bench));
    if (rate === 0) bench.say(`${kind.name} holds no rate at all and is left out`);
    else turns.push({ kind, load: loadOf(bench, { ...form, rate }) });
  }
  const groups = groupsOf(await runInTurns(bench, turns));
  return [...groups.flatMap((runs) => figuresOf(runs, "beside")), ...ratioFigures(groups)];
}

interface Turn {
  readonly kind: ContenderKind;
  readonly load: Omit<Load, "startAt">;
}

/** A, B, C, A, B, C, …: what changes on the machine meanwhile befalls all alike. */
async function runInTurns(bench: IngestBench, turns: readonly Turn[]): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (let nth = 1; nth <= bench.runs; nth += 1) {
    for (const { kind, load } of turns) {
      const rate = `${formOf(load)} at ${load.messagesPerSecond} messages/s`;
      bench.say(`run ${nth} of ${bench.runs}: ${kind.name}, ${rate}`);
      const result = await measureRun(kind, load, bench);
      results.push(result);
      bench.say(tellRun(result));
    }
  }
  return results;
}

function groupsOf(results: readonly RunResult[]): RunResult[][] {
  return [...Map.groupBy(results, ({ contender, load }) => `${contender} ${formOf(load)}`).values()];
}

async function inFaults(bench: IngestBench, taking: readonly ContenderKind[]): Promise<Figure[]> {
  const { messagesPerSecond, outageSeconds, runs } = bench.faults;
  const terms = { messagesPerSecond, outageSeconds, gateways: bench.gateways, seconds: faultSeconds };
  const results: LossResult[] = [];
  for (let nth = 1; nth <= runs; nth += 1) {
    for (const fault of faults) {
      for (const kind of taking) {
        bench.say(`fault run ${nth} of ${runs}: ${kind.name}, ${fault}`);
        const result = await measureLoss(kind, fault, terms, { signal: bench.signal, profileDir: null });
        results.push(result);
        bench.say(tellLoss(result));
      }
    }
  }
  return lossFigures(results, terms);
}

function loadOf(
  { seconds, gateways }: IngestBench,
  { readings, isSigned, rate }: Form,
): Omit<Load, "startAt"> {
  const form = { readingsPerMessage: readings, isSigned, gateways, poisonEvery: 0 };
  return { ...form, messagesPerSecond: rate, seconds };
}
