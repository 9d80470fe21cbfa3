import { closeSync, fsyncSync, openSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** How the name of a file ends that is being written. */
export const unfinished = ".writing";

/** A live writer touches its file all the time. */
const abandonedAfterMs = 3_600_000;

/** A new name in a folder survives a power cut only once the folder is on disk too. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

/** Removes files that a kill left half written; `now` in epoch ms of the machine, as files have it. */
export async function removeAbandoned(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(unfinished))) {
    const path = join(folder, name);
    const touched = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => now,
    );
    if (now - touched > abandonedAfterMs) await rm(path, { force: true });
  }
}
