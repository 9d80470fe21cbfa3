// One process for each data folder. The lock is the newest of numbered files `lock.N`: each is made by an atomic link,
// so a number has one maker; numbers only rise and the newest file always stays, so a slow second starter finds itself
// outrun instead of deleting its rival's lock. A holder counts as gone when its pid is, or was given to another process.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "#domain/errors.ts";

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly released: boolean;
}

/**
 * Takes the folder for this process, or over from one that was killed.
 * @throws AppError DATA_LOCKED with `facts.pid` of the process that has it.
 */
export function lockFolder(folder: string): { release(): void } {
  for (;;) {
    const newest = numbersIn(folder).at(-1) ?? 0;
    const holder = newest === 0 ? null : holderOf(folder, newest);
    if (holder !== null && isAlive(holder)) throw inUse(folder, holder.pid);
    const mine = newest + 1;
    if (link(folder, mine) && isNewest(folder, mine)) return { release: () => release(folder, mine) };
  }
}

function inUse(folder: string, pid: number): AppError {
  const cure = "stop that process or choose another DATA_DIR";
  return new AppError("DATA_LOCKED", `${folder} is in use by process ${pid}; ${cure}`, { pid, folder });
}

function link(folder: string, number: number): boolean {
  const draft = writeDraft(folder, {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? "",
    released: false,
  });
  try {
    linkSync(draft, fileOf(folder, number));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isNewest(folder: string, mine: number): boolean {
  const numbers = numbersIn(folder);
  const outrun = numbers.some((number) => number > mine);
  for (const number of numbers) {
    if (outrun ? number === mine : number < mine) rmSync(fileOf(folder, number), { force: true });
  }
  return !outrun;
}

function release(folder: string, mine: number): void {
  renameSync(writeDraft(folder, { pid: process.pid, startedAt: "", released: true }), fileOf(folder, mine));
}

function writeDraft(folder: string, holder: Holder): string {
  const draft = join(folder, `lock-${randomUUID()}.draft`);
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: "wx" });
  return draft;
}

const fileOf = (folder: string, number: number) => join(folder, `lock.${number}`);

function numbersIn(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => /^lock\.([1-9]\d*)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function holderOf(folder: string, number: number): Holder | null {
  try {
    return JSON.parse(readFileSync(fileOf(folder, number), "utf8")) as Holder;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
}

function isAlive(holder: Holder): boolean {
  return !holder.released && startOf(holder.pid) === holder.startedAt;
}

/** When a process began, so that its number given to another one is noticed; null when there is none (or a zombie). */
function startOf(pid: number): string | null {
  try {
    // proc(5): the fields after the name in brackets are state (3rd) … starttime (22nd), in ticks since this boot
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return fields[0] === "Z" || fields[0] === "X" ? null : `${boot}/${fields[19]}`;
  } catch {
    return process.platform === "linux" ? null : startByPs(pid);
  }
}

function startByPs(pid: number): string | null {
  try {
    const [state, ...start] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
    })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? null : start.join(" ");
  } catch {
    return null;
  }
}
