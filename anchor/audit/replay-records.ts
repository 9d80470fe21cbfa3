import type { TrustFile } from "#domain/log/bundle.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { ChainView, type Rpc } from "#domain/log/chain-view.ts";
import { allCheckpoints } from "#store/checkpoints.ts";
import type { Store } from "#store/connect.ts";
import { type LogEntry, readEntries } from "#store/entries.ts";
import { equipmentSubject } from "../equipment-rosters.ts";
import { LogReplay, type PublicRoot, rootsOfCheckpoint } from "./replay-log.ts";

/** The records whose log is replayed, and the chain it is held against where there is one. */
export interface ReplayedRecords {
  readonly store: Store;
  /** Without them the log is held against its own checkpoints only. */
  readonly rpc: Rpc | null;
  readonly trust: TrustFile | null;
}

const entriesAtOnce = 2_000;

/**
 * Replays the whole log of the records a page at a time, and shows each entry to `see`. `nameOf` names an equipment by the label that
 * the log knows it by; `more` are roots made public elsewhere.
 */
export async function replayRecords(
  records: ReplayedRecords,
  nameOf: ReadonlyMap<string, string>,
  see: (row: LogEntry) => void,
  more: readonly PublicRoot[] = [],
): Promise<LogReplay> {
  const { store } = records;
  const equipmentOf = (subject: string) => nameOf.get(subject.slice(equipmentSubject("").length)) ?? null;
  const checkpoints = await store.as({ role: "worker" }, allCheckpoints);
  const roots = [...checkpoints.flatMap(rootsOfCheckpoint), ...(await chainRoot(records)), ...more];
  const replay = new LogReplay(equipmentOf, roots);
  for (let from = 0; ; ) {
    const rows = await store.as({ role: "worker" }, (tx) => readEntries(tx, from, entriesAtOnce));
    for (const row of rows) {
      replay.add(row);
      tryTo(() => see(row));
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    from = last.index + 1;
  }
  replay.end();
  return replay;
}

async function chainRoot({ rpc, trust }: ReplayedRecords): Promise<PublicRoot[]> {
  if (rpc === null || trust === null) return [];
  const head = await new ChainView(rpc, trust.contract, trust.logId).head("latest");
  return head.size === 0 ? [] : [{ size: head.size, root: fromHex(head.root), where: "the chain" }];
}

/** A body that can't be read was changed, and the replay says so. */
function tryTo(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}
