import { allCheckpoints } from "#store/checkpoints.ts";
import type { Store } from "#store/connect.ts";
import { logSize } from "#store/entries.ts";
import { recordedTiles } from "#store/log-tiles.ts";
import { TileFolder } from "#store/tile-folder.ts";
import { MirrorAudit } from "./audit-mirror.ts";
import { TileAudit } from "./audit-tiles.ts";
import type { Finding } from "./finding.ts";
import { copyDiffers, type KeptCopy } from "./kept-copy.ts";

/** Where copies of the log lie, and how far the chain's head says that they must go. */
export interface CopiedLog {
  readonly store: Store;
  /** The log's second place, which holds the folder for static hosts too. */
  readonly mirrorDir: string;
  readonly anchored: number;
}

/** The copies that are made of the log: tiles in the records, tiles in the folder for static hosts, the second place. */
export async function openCopies({
  store,
  mirrorDir,
  anchored,
}: CopiedLog): Promise<{ readonly copies: readonly KeptCopy[]; readonly findings: readonly Finding[] }> {
  const folder = new TileFolder(mirrorDir);
  const note = await folder.checkpoint();
  const { size, published } = await store.as({ role: "worker" }, async (tx) => {
    const ours =
      note === null ? undefined : (await allCheckpoints(tx)).find((one) => note.startsWith(one.note));
    return { size: await logSize(tx), published: ours?.size ?? 0 };
  });
  const findings =
    note !== null && published === 0
      ? [copyDiffers("the checkpoint of the folder for static hosts is none that the records have")]
      : [];
  const recorded = new TileAudit({
    ...{ where: "the records", size },
    read: (places) => store.as({ role: "worker" }, (tx) => recordedTiles(tx)(places)),
  });
  const served = new TileAudit({
    ...{ where: "the folder for static hosts", size: published, read: folder.read },
    entries: (place) => folder.readEntries(place),
  });
  const mirror = new MirrorAudit(mirrorDir, Math.max(published, anchored));
  return { copies: [recorded, served, mirror], findings };
}
