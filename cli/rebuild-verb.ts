import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { decodeWith } from "#ingest/decode-with.ts";
import { type RebuildProgress, type Rebuilt, rebuildReadings } from "#ingest/rebuild-readings.ts";
import type { Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import type { ControlVerbs } from "./control.ts";

/** What a rebuild in this process needs. */
export interface RebuildVerbParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly config: Config;
}

/** From which inbox id on, 0 for the beginning. */
export interface RebuildInput {
  readonly from: number;
}

/** Rebuilds the readings store with the parts at hand; `input` may come from another process. */
export async function rebuildWith(
  { store, readings, config }: RebuildVerbParts,
  input: unknown,
  watch: { onProgress?: (progress: RebuildProgress) => void; signal?: AbortSignal } = {},
): Promise<Rebuilt> {
  const { from } = input as RebuildInput;
  if (!Number.isSafeInteger(from) || from < 0)
    throw new AppError("BAD_REQUEST", "a rebuild begins after an inbox id, a whole number from 0");
  const { sealGraceMs: graceMs, exportDir } = config;
  const parts = { store, readings, decode: decodeWith(config), graceMs, exportDir };
  return rebuildReadings(parts, { from, ...watch });
}

/** What the running process does for `coldmark rebuild`: one rebuild at a time, that can be watched and stopped. */
export function rebuildVerbs(parts: RebuildVerbParts): ControlVerbs {
  let running: { progress: RebuildProgress | null; readonly stop: AbortController } | null = null;
  return {
    rebuild: async (input) => {
      if (running !== null) throw new AppError("CONFLICT", "a rebuild runs already");
      const own = { progress: null as RebuildProgress | null, stop: new AbortController() };
      running = own;
      try {
        return await rebuildWith(parts, input, {
          onProgress: (progress) => {
            own.progress = progress;
          },
          signal: own.stop.signal,
        });
      } finally {
        running = null;
      }
    },
    "rebuild progress": async () => running?.progress ?? null,
    "rebuild stop": async () => running?.stop.abort(),
  };
}
