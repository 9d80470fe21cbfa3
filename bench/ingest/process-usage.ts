// CPU time and memory of processes from /proc (proc(5)), so that contenders in any language are counted alike.
import { readdirSync, readFileSync } from "node:fs";

/** What `/proc/PID/stat` says of one process: ticks of all its threads, and of the children it has waited for. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** Ticks in a second (USER_HZ), which Linux fixes at 100 for everything it tells programs. */
const ticksPerSecond = 100;

/** Reads a line of `/proc/PID/stat`; the program's name may hold spaces and parentheses. Null for anything else. */
export function parseStat(line: string): ProcessStat | null {
  const [pid, end] = [Number.parseInt(line, 10), line.lastIndexOf(")")];
  const fields = line.slice(end + 2).split(" ");
  const numbers = [1, 11, 12, 13, 14].map((at) => Number(fields[at] ?? Number.NaN));
  if (end < 0 || !Number.isFinite(pid) || !numbers.every(Number.isFinite)) return null;
  const [parent = 0, ...ticks] = numbers;
  return { pid, parent, ticks: ticks.reduce((sum, each) => sum + each, 0) };
}

/** CPU seconds so far of each of these processes with all their descendants, dead ones that were waited for included. */
export function cpuSeconds<Name extends string>(roots: Readonly<Record<Name, number>>): Record<Name, number> {
  const all = readAll();
  const entries = Object.entries<number>(roots).map(([name, pid]) => [
    name,
    treeTicks(all, pid) / ticksPerSecond,
  ]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/** Sums the ticks of a process and its descendants. */
export function treeTicks(all: readonly ProcessStat[], root: number): number {
  const own = all.find(({ pid }) => pid === root)?.ticks ?? 0;
  const children = all.filter(({ parent }) => parent === root);
  return children.reduce((sum, { pid }) => sum + treeTicks(all, pid), own);
}

/** Resident memory of a process in MiB; 0 when it is gone. */
export function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return Number(kib ?? 0) / 1024;
}

function readAll(): ProcessStat[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => parseStat(read(`/proc/${pid}/stat`)) ?? []);
}

/** Empty for a process that ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
