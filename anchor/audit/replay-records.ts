import { allCheckpoints } from "#store/checkpoints.ts";
import type { Store } from "#store/connect.ts";
import { type LogEntry, readEntries } from "#store/entries.ts";
import { equipmentSubject } from "../equipment-rosters.ts";
import type { KeptCopy } from "./kept-copy.ts";
import { LogReplay, type PublicRoot, rootsOfCheckpoint } from "./replay-log.ts";

/** What the log is held against beyond its own checkpoints: roots that were made public elsewhere, and what is made of it. */
export interface ReplayedBeside {
  readonly roots: readonly PublicRoot[];
  readonly copies?: readonly KeptCopy[];
}

const entriesAtOnce = 2_000;

/**
 * Replays the whole log of the records a page at a time, and shows each entry to `see`. `nameOf` names an equipment by the label that
 * the log knows it by.
 */
export async function replayRecords(
  store: Store,
  nameOf: ReadonlyMap<string, string>,
  see: (row: LogEntry) => void,
  { roots, copies = [] }: ReplayedBeside,
): Promise<LogReplay> {
  const equipmentOf = (subject: string) => nameOf.get(subject.slice(equipmentSubject("").length)) ?? null;
  const checkpoints = await store.as({ role: "worker" }, allCheckpoints);
  const replay = new LogReplay(equipmentOf, [...checkpoints.flatMap(rootsOfCheckpoint), ...roots]);
  for (let from = 0; ; ) {
    const rows = await store.as({ role: "worker" }, (tx) => readEntries(tx, from, entriesAtOnce));
    const leaves = rows.map((row) => {
      const leaf = replay.add(row);
      tryTo(() => see(row));
      return leaf;
    });
    // After a hole every place is another one: the hole itself is what there is to tell.
    if (replay.isWhole) for (const copy of copies) await copy.add(rows, leaves);
    const last = rows.at(-1);
    if (last === undefined) break;
    from = last.index + 1;
  }
  replay.end();
  return replay;
}

/** A body that can't be read was changed, and the replay says so. */
function tryTo(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}
