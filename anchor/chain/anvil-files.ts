import { readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "#domain/errors.ts";

const orphanTimeoutMs = 10_000;
const pollMs = 50;

/** Writes down which process runs the chain on this state file, and for whom, so that an orphan can be found. */
export async function noteChild(statePath: string, pid: number): Promise<void> {
  await writeFile(noteOf(statePath), `${pid} ${process.pid}\n`);
}

/**
 * Ends an anvil that outlived a killed owner, gently, so that it saves its state; two on one file would destroy it.
 * @throws AppError DATA_LOCKED with the owner's pid where the owner lives.
 */
export async function endOrphan(statePath: string): Promise<void> {
  const note = await readFile(noteOf(statePath), "utf8").catch(() => "");
  const [pid, owner] = note.split(" ").map(Number);
  if (!pid || !owner || !(await runsOn(pid, statePath))) return;
  if ((await parentOf(pid)) === owner) {
    throw new AppError("DATA_LOCKED", `Process ${owner} runs the embedded chain on this state file`, {
      pid: owner,
    });
  }
  process.kill(pid, "SIGTERM");
  for (let waitedMs = 0; await runsOn(pid, statePath); waitedMs += pollMs) {
    if (waitedMs === orphanTimeoutMs) process.kill(pid, "SIGKILL");
    await delay(pollMs);
  }
}

/** Moves a damaged state file out of the way, keeping it, and returns where it lies. */
export async function moveAside(statePath: string): Promise<string> {
  const aside = `${statePath}.damaged-${Date.now()}`;
  await rename(statePath, aside);
  return aside;
}

function noteOf(statePath: string): string {
  return `${statePath}.pid`;
}

/** Whether this pid is a process that was given this state file; pids are used again. */
async function runsOn(pid: number, statePath: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.split("\0").includes(statePath);
}

/** The parent's pid: field 4 of /proc/PID/stat, counted after the command's closing bracket. */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
