/**
 * Where the official vectors lie. They are read in place and never copied. When the folder is missing the suites
 * are skipped, and the runner of all tests says `NOT RUN: conformance`.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const projectDir = resolve(import.meta.dirname, "../..");
const candidate = resolve(projectDir, process.env.COLDMARK_SHARED ?? "../shared");

/** The folder of shared vectors (COLDMARK_SHARED, else `../shared` beside the project), null when missing. */
export const sharedDir: string | null = existsSync(resolve(candidate, "data")) ? candidate : null;

/** The path of a shared file, `data/…`. @throws Error when the folder is missing, so no suite passes unread. */
export function shared(path: string): string {
  if (sharedDir === null) throw new Error(`NOT RUN: no shared vectors at ${candidate}`);
  return resolve(sharedDir, path);
}
