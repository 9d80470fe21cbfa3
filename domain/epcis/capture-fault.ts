import type { z } from "zod";

/** One thing that is wrong with a capture: where (JSON pointer), what, and what to do about it. */
export interface CaptureFault {
  readonly path: string;
  readonly message: string;
}

/** A fault from one of zod's issues, below `path`. */
export function faultAt(path: string, issue: z.core.$ZodIssue): CaptureFault {
  const unknown =
    issue.code === "unrecognized_keys" ? `does not know ${issue.keys.join(", ")}: remove it` : null;
  return { path: `${path}${pointer(issue.path)}`, message: unknown ?? issue.message };
}

/** The first breach of the bounds that hold for any value: depth, and text that a database can keep. */
export function boundsFault(value: unknown, depthMax: number): CaptureFault | null {
  const open: { value: unknown; path: string; depth: number }[] = [{ value, path: "", depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: current, path, depth } = next;
    if (typeof current === "string" && !isKeepable(current)) return unkeepable(path);
    if (typeof current !== "object" || current === null) continue;
    if (depth >= depthMax) return { path, message: `is nested deeper than ${depthMax} levels: flatten it` };
    for (const [name, child] of Object.entries(current)) {
      if (!isKeepable(name)) return unkeepable(path);
      open.push({ value: child, path: `${path}${pointer([name])}`, depth: depth + 1 });
    }
  }
  return null;
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function isKeepable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

function unkeepable(path: string): CaptureFault {
  return { path, message: "holds U+0000 or half a character: remove it" };
}
