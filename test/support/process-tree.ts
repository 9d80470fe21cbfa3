/** A process with all its children, as `/proc` shows them. */
import { readdirSync, readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

/** Sends a signal to a process and to everything that came from it. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const one of treeOf(pid)) {
    try {
      process.kill(one, signal);
    } catch {
      // it ended meanwhile
    }
  }
}

/** Stops a process and resolves when each of its threads stands still: the signal takes its time on a busy machine. */
export async function stopWhole(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  while (!readdirSync(`/proc/${pid}/task`).every((task) => stateOf(`${pid}/task/${task}`) === "T")) {
    await setImmediate();
  }
}

function treeOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : null;
    if (parent !== null) parents.set(Number(name), parent);
  }
  const tree = [pid];
  for (const one of tree) for (const [child, parent] of parents) if (parent === one) tree.push(child);
  return tree;
}

function stateOf(task: string): string | null {
  return fieldsOf(task)?.[0] ?? null;
}

function parentOf(pid: number): number | null {
  const parent = fieldsOf(`${pid}`)?.[1];
  return parent === undefined ? null : Number(parent);
}

/** The fields of `stat` from the third on, the state; the second, a name in brackets, may hold anything. Null where it ended. */
function fieldsOf(task: string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${task}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
