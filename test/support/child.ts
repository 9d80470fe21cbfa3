import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";

/** A real process of a test's own, in the foreground; its last words are kept for the error message. */
export interface TestChild {
  readonly pid: number;
  isRunning(): boolean;
  /** The last 4,000 characters that it wrote. */
  words(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

const readyPauseMs = 50;
const readyMsMax = 120_000;

/** The first of these programs that is there. @throws naming the Debian package to install */
export function programOf(paths: readonly string[], debianPackage: string): string {
  const found = paths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`the Debian package "${debianPackage}" is needed: apt-get install ${debianPackage}`);
  return found;
}

/** Starts a program and waits until `isReady` of its last words. @throws with its last words when it ends or never gets ready */
export async function startChild(
  program: string,
  options: readonly string[],
  isReady: (words: string) => Promise<boolean>,
  surroundings: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<TestChild> {
  const env = { ...process.env, ...surroundings.env };
  const child = spawn(program, options, { ...surroundings, env, stdio: ["ignore", "pipe", "pipe"] });
  const quit = () => child.kill("SIGKILL");
  process.once("exit", quit);
  child.once("exit", () => process.off("exit", quit));
  let words = "";
  const hear = (chunk: Buffer) => {
    words = (words + chunk.toString("utf8")).slice(-4_000);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  for (const deadline = Date.now() + readyMsMax; !(await isReady(words).catch(() => false)); ) {
    if (!isRunning(child)) throw new Error(`${program} ended: ${words}`);
    if (Date.now() > deadline) throw new Error(`${program} does not get ready: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, readyPauseMs));
  }
  return {
    pid: child.pid ?? 0,
    isRunning: () => isRunning(child),
    words: () => words,
    end: async (signal) => {
      if (!isRunning(child)) return;
      child.kill(signal);
      await once(child, "exit");
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
