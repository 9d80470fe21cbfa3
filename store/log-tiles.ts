import { and, asc, gte, lt, sql } from "drizzle-orm";
import { AppError } from "#domain/errors.ts";
import type { ReadTiles, Tile } from "#domain/log/tile.ts";
import type { Tx } from "./connect.ts";
import { entries } from "./schema/entries.ts";

/** The tiles of the records. @throws AppError NOT_FOUND where the log does not reach a tile */
export function recordedTiles(tx: Tx): ReadTiles {
  return async (places) => {
    if (places.length === 0) return [];
    const found = await tx.execute<{ level: number; index: number; hashes: Uint8Array }>(sql`
      select level, index, hashes from log_tiles where (level, index) in (
        select * from unnest(${sql.param(places.map(({ level }) => level))}::integer[],
          ${sql.param(places.map(({ index }) => Number(index)))}::bigint[]))`);
    const tiles = new Map(found.rows.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
    return places.map(({ level, index }) => {
      const hashes = tiles.get(`${level}/${index}`);
      if (hashes === undefined) throw new AppError("NOT_FOUND", `the log has no tile ${level}/${index}`);
      return new Uint8Array(hashes);
    });
  };
}

/** Keeps tiles that are new or have become wider. */
export async function saveTiles(tx: Tx, tiles: readonly Tile[]): Promise<void> {
  const column = (pick: (tile: Tile) => unknown) => sql.param(tiles.map(pick));
  await tx.execute(sql`
    insert into log_tiles (level, index, hashes)
    select * from unnest(${column((t) => t.level)}::integer[], ${column((t) => Number(t.index))}::bigint[],
      ${column((t) => t.hashes)}::bytea[])
    on conflict (level, index) do update set hashes = excluded.hashes`);
}

/** What the log holds of `count` entries from index `first` on, without their openings. */
export async function listSealedEntries(tx: Tx, first: number, count: number) {
  const { stream, seq, prev, commit, index } = entries;
  return tx
    .select({ stream, seq, prev, commit })
    .from(entries)
    .where(and(gte(index, first), lt(index, first + count)))
    .orderBy(asc(index));
}
