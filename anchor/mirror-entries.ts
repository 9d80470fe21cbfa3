import { equalBytes } from "#domain/log/bytes.ts";
import type { Store } from "#store/connect.ts";
import { readEntries } from "#store/entries.ts";
import { LogFork } from "./log-fork.ts";
import type { Mirror } from "./mirror.ts";

const entriesAtOnce = 2_048;

/**
 * Makes the log durable in its second place up to `size`.
 * @throws LogFork where the second place holds other entries than the records: an old backup, or worse
 */
export async function mirrorEntries(store: Store, mirror: Mirror, size: number): Promise<void> {
  while (mirror.size < size) {
    const limit = Math.min(entriesAtOnce, size - mirror.size);
    const rows = await store.as({ role: "worker" }, (tx) => readEntries(tx, mirror.size, limit));
    if (rows[0]?.index !== mirror.size) throw new LogFork(`the records have no entry ${mirror.size}`);
    mirror.write(rows);
  }
}

/** Refuses to go on where the newest entry of the second place isn't ours. @throws LogFork */
export async function checkMirror(store: Store, mirror: Mirror): Promise<void> {
  if (mirror.size === 0) return;
  const last = mirror.size - 1;
  const rows = await store.as({ role: "worker" }, (tx) => readEntries(tx, last, 1));
  const leaf = mirror.leafAt(last);
  if (rows[0]?.index !== last || leaf === null || !equalBytes(leaf, rows[0].leaf)) {
    throw new LogFork(`the second place of the log holds another entry ${last} than the records`);
  }
}
