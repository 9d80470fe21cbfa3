import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * What `./coldmark up` tells V8 about its heap: without it a process holds hundreds of megabytes of what is garbage already, and
 * its memory says nothing.
 */
export function launcherHeapFlags(): string[] {
  const launcher = fileURLToPath(new URL("../../coldmark", import.meta.url));
  const flags = /^readonly SMALL_HEAP=\((.*)\)$/m.exec(readFileSync(launcher, "utf8"))?.[1];
  if (flags === undefined) throw new Error("the launcher names no SMALL_HEAP");
  return flags.split(" ");
}
