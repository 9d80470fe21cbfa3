/** A `coldmark simulate` process of a test: gateways with a ledger, which can be killed and go on. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { LedgerSums } from "#demo/simulate/report.ts";
import type { Tally } from "#demo/simulate/tally.ts";

/** What a run printed at its end. */
export interface SimulateOutcome {
  readonly tally: Tally | null;
  readonly sums: LedgerSums;
  readonly check: {
    readonly messages: number;
    readonly missingMessages: number;
    readonly readings: number;
    readonly stored: number;
    readonly deadLetters: number;
    readonly missingReadings: number;
    readonly examples: readonly string[];
  } | null;
}

/** Gateways at work. */
export interface Simulated {
  readonly pid: number;
  /** The newest that it told, null before the first second. */
  told(): Tally | null;
  /** What it tells next: what it told last may be a second old, or more on a slow machine. */
  next(): Promise<Tally>;
  /** Resolves once it told something that satisfies; rejects when it ends before. */
  until(satisfies: (tally: Tally) => boolean, timeoutMs?: number): Promise<Tally>;
  kill9(): Promise<void>;
  /** SIGTERM, then its outcome. */
  end(): Promise<SimulateOutcome>;
  /** Waits for its own end. */
  outcome(): Promise<SimulateOutcome>;
}

const program = join(dirname(dirname(import.meta.dirname)), "cli", "main.ts");

/** Starts `coldmark simulate --json` with these flags; `prefix` is what runs it (a network namespace). */
export function startSimulated(
  flags: readonly string[],
  env: Record<string, string>,
  prefix: readonly string[] = [],
): Simulated {
  const command = [...prefix, process.execPath, "--disable-warning=ExperimentalWarning", program];
  const [first = "", ...rest] = [...command, "simulate", "--json", ...flags];
  const child = spawn(first, rest, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const quit = () => child.kill("SIGKILL");
  process.once("exit", quit);
  child.once("exit", () => process.off("exit", quit));
  let told: Tally | null = null;
  let outcome: SimulateOutcome | null = null;
  let complaints = "";
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as { progress?: Tally } & SimulateOutcome;
    if (said.progress === undefined) outcome = said;
    else told = said.progress;
    for (const look of watchers) look();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString("utf8")).slice(-4_000);
  });
  const ended = once(child, "close");
  const outcomeOf = async (): Promise<SimulateOutcome> => {
    await ended;
    if (outcome === null) throw new Error(`simulate ended without an outcome: ${complaints}`);
    return outcome;
  };
  const until: Simulated["until"] = (satisfies, timeoutMs = 120_000) =>
    new Promise((resolve, reject) => {
      const finish = (end: () => void) => {
        clearTimeout(timer);
        watchers.delete(look);
        end();
      };
      const fail = (why: string) =>
        finish(() => reject(new Error(`${why}: ${JSON.stringify(told)}\n${complaints}`)));
      const timer = setTimeout(() => fail("simulate never told what was waited for"), timeoutMs);
      const look = () => {
        const now = told;
        if (now !== null && satisfies(now)) finish(() => resolve(now));
      };
      watchers.add(look);
      void ended.then(() => watchers.has(look) && fail("simulate ended"));
      look();
    });
  return {
    pid: child.pid ?? 0,
    told: () => told,
    next: () => {
      const stale = told;
      return until((tally) => tally !== stale);
    },
    until,
    kill9: async () => {
      signal(child, "SIGKILL");
      await ended;
    },
    end: () => {
      signal(child, "SIGTERM");
      return outcomeOf();
    },
    outcome: outcomeOf,
  };
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(name);
}
