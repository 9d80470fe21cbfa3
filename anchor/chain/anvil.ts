import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "#domain/errors.ts";
import { endOrphan, moveAside, noteChild } from "./anvil-files.ts";
import { post } from "./endpoints.ts";

const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const firstBackOffMs = 200;
const longestBackOffMs = 10_000;
/** With one-slot epochs `finalized` is two blocks behind; one more, as the first may hold the transaction itself. */
const blocksToFinal = "0x3";
/** What anvil says, and how it exits, when it can't read its state file. */
const unreadableState = /--state <PATH>/;

interface AnvilFiles {
  readonly statePath: string;
  readonly port?: number;
  readonly binaryPath?: string;
}

/**
 * anvil as a child process that is started again when it dies; its state is saved every 2 s and when it is stopped.
 * A kill may take back the last seconds; a state file torn by it is moved aside, and the chain begins anew.
 */
export class Anvil {
  readonly notes: string[] = [];
  readonly #statePath: string;
  readonly #binaryPath: string | undefined;
  #port: number;
  #child: ChildProcess | null = null;
  #ready = false;
  #stopping = new AbortController();

  constructor(files: AnvilFiles) {
    this.#statePath = path.resolve(files.statePath);
    this.#binaryPath = files.binaryPath;
    this.#port = files.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts the chain; throws AppError PART_MISSING, DATA_LOCKED or UNAVAILABLE. */
  async start(): Promise<void> {
    const binary = this.#binaryPath ?? packagedBinary();
    await access(binary).catch((cause) => {
      throw missing(cause);
    });
    await mkdir(path.dirname(this.#statePath), { recursive: true });
    await endOrphan(this.#statePath);
    await this.#launch(binary);
  }

  /** One JSON-RPC call; UNAVAILABLE while the child is being started again. */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (!this.#ready) throw new AppError("UNAVAILABLE", "The embedded chain is starting", { method });
    return post(this.url, method, params);
  }

  /** Mines the empty blocks that make all before them `finalized`. */
  async mine(): Promise<void> {
    await post(this.url, "anvil_mine", [blocksToFinal]);
  }

  /** Ends the child and waits until it has saved its state. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#ready = false;
    const child = this.#child;
    if (child === null || hasEnded(child)) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  async #launch(binary: string): Promise<void> {
    // In a group of its own: a Ctrl-C is ours to pass on, once what anchors has stopped.
    const child = spawn(binary, this.#arguments(), { stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.#child = child;
    const endWithUs = () => child.kill("SIGTERM");
    process.once("exit", endWithUs);
    child.once("exit", () => process.off("exit", endWithUs));
    // Noted before it listens: a kill -9 of ours in between would leave it to nobody.
    const [outcome] = await Promise.all([listening(child), noteChild(this.#statePath, child.pid ?? 0)]);
    if (outcome.port === undefined) return this.#launchAnew(binary, outcome.words);
    this.#port = outcome.port;
    await this.mine().catch((error) => {
      child.kill("SIGKILL");
      throw error;
    });
    this.#ready = !hasEnded(child);
    if (this.#ready) child.once("exit", () => void this.#startAgain(binary));
    else void this.#startAgain(binary);
  }

  async #launchAnew(binary: string, words: string): Promise<void> {
    if (!unreadableState.test(words)) throw new AppError("UNAVAILABLE", `anvil didn't start: ${words}`);
    const aside = await moveAside(this.#statePath);
    this.notes.push(`The chain's state file was damaged: it lies at ${aside} now, and the chain began anew.`);
    await this.#launch(binary);
  }

  async #startAgain(binary: string): Promise<void> {
    this.#ready = false;
    for (
      let waitMs = firstBackOffMs;
      !this.#stopping.signal.aborted;
      waitMs = Math.min(2 * waitMs, longestBackOffMs)
    ) {
      const waited = await delay(waitMs, true, { signal: this.#stopping.signal }).catch(() => false);
      if (!waited) return;
      const started = await this.#launch(binary).then(
        () => true,
        () => false,
      );
      if (started) return;
    }
  }

  #arguments(): string[] {
    const folder = path.dirname(this.#statePath);
    return [
      ...["--host", "127.0.0.1", "--port", String(this.#port)],
      ...["--slots-in-an-epoch", "1"],
      ...["--state", this.#statePath, "--state-interval", "2"],
      ...["--cache-path", path.join(folder, "cache")],
    ];
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

type Outcome = { port: number; words?: never } | { port?: never; words: string };

/** Waits for the line that names the port; `words` is what anvil complained of instead. */
async function listening(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    let said = "";
    let complaint = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), startTimeoutMs);
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      child.stdout?.removeAllListeners("data").resume();
      resolve(outcome);
    };
    child.once("error", (error) => settle({ words: error.message }));
    child.once("close", () => settle({ words: complaint.trim() || "it ended without a word" }));
    child.stderr?.on("data", (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-2_000);
    });
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      const port = /Listening on 127\.0\.0\.1:(\d+)\s/.exec(said)?.[1];
      if (port !== undefined) settle({ port: Number(port) });
    });
  });
}

/** The binary of the npm package itself: its `.bin` wrapper would leave anvil running when killed. */
function packagedBinary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/package.json");
    return path.join(path.dirname(manifest), "bin", "anvil");
  } catch (cause) {
    throw missing(cause);
  }
}

function missing(cause: unknown): AppError {
  const facts = { platform: process.platform, arch: process.arch };
  return new AppError(
    "PART_MISSING",
    "The embedded chain needs anvil, which npm has for linux-x64 only",
    facts,
    cause,
  );
}
