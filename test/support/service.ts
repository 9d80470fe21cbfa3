/** A real `coldmark` process for the tests that cross rooms. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const root = dirname(dirname(import.meta.dirname));
const program = join(root, "cli", "main.ts");
const node = ["--disable-warning=ExperimentalWarning", program];

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function coldmark(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...node, ...args], { env: { ...process.env, ...env } });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, stdout: stdout(), stderr: stderr() };
}

/** A running service. */
export interface RunningService {
  readonly url: string;
  readonly pid: number;
  /** What it wrote to its log so far. */
  log(): string;
  /** SIGTERM, then waits for the end; resolves with the exit code. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
}

/** Some roles instead of all, and what runs the process: a network namespace, a wrong clock. */
export interface UpOptions {
  readonly roles?: string;
  readonly prefix?: readonly string[];
}

/** Starts `coldmark up` and waits until it listens; throws with its log when it ends before. */
export async function startUp(
  env: Record<string, string>,
  { roles, prefix = [] }: UpOptions = {},
): Promise<RunningService> {
  const role = roles === undefined ? [] : ["--role", roles];
  const [first = "", ...rest] = [...prefix, process.execPath, ...node, "up", ...role];
  const child = spawn(first, rest, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = collect(child.stderr);
  const url = await listeningUrl(child, log);
  return {
    url,
    pid: child.pid ?? 0,
    log,
    stop: () => end(child, "SIGTERM"),
    kill9: async () => void (await end(child, "SIGKILL")),
  };
}

async function listeningUrl(child: ChildProcess, log: () => string): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    const url = /listens on (http:\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`coldmark up ended before it listened:\n${log()}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
  return child.exitCode;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  return () => Buffer.concat(pieces).toString("utf8");
}
