import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#domain/errors.ts";
import { readInboxMessages } from "#services/inbox/read-inbox.ts";
import type { Store } from "#store/connect.ts";
import { readCursors } from "#store/inbox.ts";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { type ChooseFirst, openChooseFirst } from "./choose-first.ts";
import type { Decode } from "./decode-with.ts";
import { openGatewayBook } from "./gateway-book.ts";
import { type OpenedSlice, type OpeningParts, openAgain } from "./open-again.ts";
import { readAhead } from "./read-ahead.ts";

/** What a rebuild works with; `exportDir` holds the days that left the inbox's table. */
export interface RebuildParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly decode: Decode;
  readonly graceMs: number;
  readonly exportDir?: string;
}

/** How far a rebuild is; `reached` is the inbox id of the last message whose readings are in the readings store. */
export interface RebuildProgress {
  readonly reached: number;
  readonly upTo: number;
  readonly messages: number;
  readonly written: number;
  readonly refused: number;
  readonly perSecond: number;
  /** Of the way from the beginning of this run, 0 to 1. */
  readonly share: number;
  readonly leftMs: number;
}

/** What a rebuild came to. */
export interface Rebuilt extends RebuildProgress {
  /** False when it was told to stop. */
  readonly isComplete: boolean;
  /** Readings the projector counted as stored; null where the run did not begin with the inbox, or was stopped. */
  readonly expected: number | null;
}

/** From which inbox id on (0: from the beginning), who hears of it, and who may stop it. */
export interface RebuildOptions {
  readonly from?: number;
  readonly onProgress?: (progress: RebuildProgress) => void;
  readonly signal?: AbortSignal;
}

const triesMost = 8;
const firstPauseMs = 250;
/** A step of the projector that wrote before the store was wiped has ended after so long, or writes again. */
const inFlightMs = 12_000;
const askEveryMs = 200;

/**
 * Writes every reading that the projector stored into the readings store once more, from the inbox, and touches nothing
 * else. The projector may go on meanwhile; doing it twice changes nothing. Ends where the projector stands at the end.
 * @throws AppError UNAVAILABLE when a store does not answer for two minutes; a later run may begin with what was reached
 */
export async function rebuildReadings(parts: RebuildParts, options: RebuildOptions = {}): Promise<Rebuilt> {
  const { from = 0, signal } = options;
  const start = await standing(parts.store);
  const run = openRun(parts, options, from);
  await run.go(start.projector);
  const end = signal?.aborted ? start : await afterInFlight(parts.store, start);
  await run.go(end.projector);
  const isComplete = !signal?.aborted;
  return { ...run.progress(), isComplete, expected: isComplete && from === 0 ? end.stored : null };
}

interface Standing {
  readonly projector: number;
  readonly tracker: number;
  readonly stored: number;
}

async function standing(store: Store): Promise<Standing> {
  const { projector, tracker } = await store.as({ role: "worker" }, readCursors);
  return { projector: projector.position, tracker: tracker.position, stored: projector.stored };
}

/** What was on its way at the start may have been written before the loss, and counted after it: two batches at most, all of them tracked by then. */
async function afterInFlight(store: Store, start: Standing): Promise<Standing> {
  const until = performance.now() + inFlightMs;
  for (;;) {
    const now = await standing(store);
    if (now.projector >= start.tracker) return now;
    if (performance.now() > until) return now;
    await sleep(askEveryMs);
  }
}

function openRun(parts: RebuildParts, { onProgress, signal }: RebuildOptions, from: number) {
  const opening: OpeningParts = { ...parts, book: openGatewayBook(parts.store) };
  const first = openChooseFirst(parts, { fromBeginning: from === 0 });
  const begun = performance.now();
  const done = { reached: from, upTo: from, messages: 0, written: 0, refused: 0 };
  const progress = (): RebuildProgress => {
    const elapsedMs = Math.max(1, performance.now() - begun);
    const share = done.upTo === from ? 1 : (done.reached - from) / (done.upTo - from);
    const leftMs = share === 0 ? 0 : (elapsedMs / share) * (1 - share);
    return { ...done, perSecond: (done.written * 1_000) / elapsedMs, share, leftMs };
  };
  const write = async (slice: OpenedSlice, stored: readonly Reading[]) => {
    const refused = await writeApart(parts.readings, stored, signal);
    done.reached = slice.to;
    done.messages += slice.messages;
    done.written += stored.length - refused;
    done.refused += refused;
    onProgress?.(progress());
  };
  const go = async (upTo: number) => {
    done.upTo = Math.max(upTo, from);
    await follow(parts, { after: done.reached, upTo, opening, first, write, signal });
    if (!signal?.aborted) done.reached = done.upTo;
  };
  return { go, progress };
}

interface Way {
  readonly after: number;
  readonly upTo: number;
  readonly opening: OpeningParts;
  readonly first: ChooseFirst;
  readonly write: (slice: OpenedSlice, stored: readonly Reading[]) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** The next page is read and the next slice opened while one is being written. */
async function follow(parts: RebuildParts, way: Way): Promise<void> {
  const { after, upTo, signal } = way;
  const { exportDir } = parts;
  const span = { after, upTo, ...(exportDir === undefined ? {} : { exportDir }) };
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const page of readAhead(readInboxMessages(parts.store, span))) {
      for await (const slice of openAgain(way.opening, page)) {
        if (signal?.aborted) return;
        const chosen = await patiently(() => way.first.choose(slice.candidates, () => writing), signal);
        await writing;
        writing = way.write(
          slice,
          chosen.map(({ reading }) => reading),
        );
        writing.catch(() => undefined); // awaited before the next one
      }
    }
  } finally {
    await writing;
  }
}

/** Two writes at once, no point in both; gives how many readings were refused for good. */
async function writeApart(
  store: ReadingsStore,
  readings: readonly Reading[],
  signal?: AbortSignal,
): Promise<number> {
  const sides: [Reading[], Reading[]] = [[], []];
  const sideOf = new Map<string, Reading[]>();
  for (const reading of readings) {
    let side = sideOf.get(reading.point);
    if (side === undefined) {
      side = sides[0].length <= sides[1].length ? sides[0] : sides[1];
      sideOf.set(reading.point, side);
    }
    side.push(reading);
  }
  const refused = await Promise.all(
    sides
      .filter((side) => side.length > 0)
      .map((side) => patiently(async () => (await store.write(side)).length, signal)),
  );
  return refused.reduce((sum, n) => sum + n, 0);
}

/** A readings store that can't answer now is asked again, with doubling pauses, and in the end given up. */
async function patiently<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await task();
    } catch (error) {
      const isPassing = error instanceof AppError && error.code === "UNAVAILABLE";
      if (!isPassing || tries === triesMost || signal?.aborted) throw error;
      await sleep(firstPauseMs * 2 ** tries);
    }
  }
}
