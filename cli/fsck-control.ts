import type { CheckProgress } from "#anchor/check-records.ts";
import { AppError } from "#domain/errors.ts";
import type { ControlVerbs } from "./control.ts";
import type { FsckParts } from "./fsck-verb.ts";

/** What the running process does for `coldmark fsck`: one check at a time, that can be watched. */
export function fsckVerbs(parts: () => FsckParts): ControlVerbs {
  let running: { progress: CheckProgress | null } | null = null;
  return {
    fsck: async (input) => {
      if (running !== null) throw new AppError("CONFLICT", "a check runs already");
      const own = { progress: null as CheckProgress | null };
      running = own;
      try {
        // Loaded when it is asked for: a collector would hold all of it in memory for nothing.
        const { fsckWith } = await import("./fsck-verb.ts");
        return await fsckWith(parts(), input, (progress) => {
          own.progress = progress;
        });
      } finally {
        running = null;
      }
    },
    "fsck progress": async () => running?.progress ?? null,
  };
}
