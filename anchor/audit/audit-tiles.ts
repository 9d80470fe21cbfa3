import { equalBytes } from "#domain/log/bytes.ts";
import { decodeEntryTile } from "#domain/log/entry-tile.ts";
import { leafHash } from "#domain/log/merkle.ts";
import { growTiles, hashLength, type ReadTiles, type Tile, tilePath, tileWidth } from "#domain/log/tile.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { LogEntry } from "#store/entries.ts";
import type { Finding } from "./finding.ts";
import { copyDiffers, type KeptCopy } from "./kept-copy.ts";

/** Tiles that were kept of a log of `size` entries, and where; `entries` gives entry tiles where they are kept too. */
export interface KeptTiles {
  readonly where: string;
  readonly size: number;
  readonly read: ReadTiles;
  readonly entries?: (place: Pick<Tile, "index"> & { readonly width: number }) => Promise<Uint8Array>;
}

/**
 * Holds kept tiles against those that the leaves of the log give, from which all proofs are built: the full ones, and those at the
 * right edge of its `size`. Holds one tile for each level.
 */
export class TileAudit implements KeptCopy {
  readonly findings: Finding[] = [];
  readonly #kept: KeptTiles;
  readonly #edges = new Map<number, Tile>();
  #size = 0;

  constructor(kept: KeptTiles) {
    this.#kept = kept;
  }

  async add(_rows: readonly LogEntry[], leaves: readonly Uint8Array[]): Promise<void> {
    const own = leaves.slice(0, this.#kept.size - this.#size);
    if (own.length === 0) return;
    const edge: ReadTiles = async (places) =>
      places.map(({ level }) => this.#edges.get(level)?.hashes ?? new Uint8Array());
    const grown = await growTiles(BigInt(this.#size), own, edge, fastSha256);
    this.#size += own.length;
    for (const tile of grown) {
      this.#edges.set(tile.level, tile);
      if (isFull(tile)) await this.#hold(tile);
    }
    if (this.#size < this.#kept.size) return;
    for (const tile of this.#edges.values()) if (!isFull(tile)) await this.#hold(tile);
  }

  async #hold({ level, index, hashes }: Tile): Promise<void> {
    const width = hashes.length / hashLength;
    const path = `${level}/${tilePath({ index, width })}`;
    const { read, entries } = this.#kept;
    const kept = await read([{ level, index, width }]).catch(() => null);
    if (!isSame(kept?.[0], hashes)) this.#find(`tile ${path}`);
    if (level > 0 || entries === undefined) return;
    const bytes = await entries({ index, width }).catch(() => null);
    if (bytes === null || !isSame(leavesIn(bytes, width), hashes)) this.#find(`entry tile ${path.slice(2)}`);
  }

  #find(what: string): void {
    this.findings.push(copyDiffers(`${what} of ${this.#kept.where} is not what the log's entries give`));
  }
}

/** A tile that has grown since holds more. */
function isSame(kept: Uint8Array | null | undefined, hashes: Uint8Array): boolean {
  return kept != null && equalBytes(kept.subarray(0, hashes.length), hashes);
}

function leavesIn(bytes: Uint8Array, width: number): Uint8Array | null {
  try {
    return Buffer.concat(decodeEntryTile(bytes, width).map((entry) => leafHash(entry, fastSha256)));
  } catch {
    return null;
  }
}

function isFull({ hashes }: Tile): boolean {
  return hashes.length === tileWidth * hashLength;
}
