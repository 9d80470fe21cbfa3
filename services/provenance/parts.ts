import type { TrustFile } from "#domain/log/bundle.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import type { ReadTiles } from "#domain/log/tile.ts";
import type { Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";

/** What the provenance of a pack is answered from; `trust` and `rpc` are null while there is no chain. */
export interface ProvenanceParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly trust: () => TrustFile | null;
  readonly rpc: () => Rpc | null;
  /** The log's published tiles, from which paths are built; those of the records where there are none here. */
  readonly tiles?: ReadTiles;
}

/** A question about one pack. */
export interface PackQuestion {
  /** The canonical EPC of the pack. */
  readonly epc: string;
  /** The code as it was asked. */
  readonly code: string;
  readonly view: "public" | "partner";
}
