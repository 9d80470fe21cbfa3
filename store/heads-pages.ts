import { sql } from "drizzle-orm";
import { type HeadsPage, keptPage } from "#domain/log/heads-page.ts";
import type { Tx } from "./connect.ts";
import { givenRows } from "./given-rows.ts";
import { joinedBytes, startsOf } from "./list-of.ts";

/** The pages at these places; what was never kept is left out. */
export async function readHeadsPages(tx: Tx, places: readonly string[]): Promise<Map<string, HeadsPage>> {
  const found = await tx.execute<{ place: string; page: Uint8Array }>(
    sql`select place, page from heads_tree where place = any(${sql.param(places)}::text[])`,
  );
  return new Map(found.rows.map(({ place, page }) => [place, keptPage(page)]));
}

/** Kept pages after a place, in the order of their places, as bytes; at most `limit`. */
export async function listHeadsPages(
  tx: Tx,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<{ place: string; page: Uint8Array }[]> {
  const found = await tx.execute<{ place: string; page: Uint8Array }>(
    sql`select place, page from heads_tree where ${after === null ? sql`true` : sql`place > ${after}`}
      order by place limit ${limit}`,
  );
  return found.rows;
}

/** Keeps pages as they are in the log of `size` entries. */
export async function saveHeadsPages(
  tx: Tx,
  pages: ReadonlyMap<string, HeadsPage>,
  size: number,
): Promise<void> {
  const kept = [...pages].map(([place, { bytes }]) => ({ place, bytes }));
  const starts = startsOf(kept, ({ bytes }) => bytes.length);
  const page = sql`substring(${joinedBytes(kept.map(({ bytes }) => bytes))} from start for length)`;
  await tx.execute(sql`
    with given as materialized (select place, start, length from ${givenRows(kept, {
      place: ["text", ({ place }) => place],
      start: ["int", (_, at) => starts[at] as number],
      length: ["int", ({ bytes }) => bytes.length],
    })} as kept
    ), moved as (
      update heads_tree t set size = ${size}, page = ${page} from given where t.place = given.place returning t.place
    )
    insert into heads_tree (place, size, page)
    select place, ${size}, ${page} from given where not exists (select from moved where moved.place = given.place)`);
}

/** The size of the log that the pages are of; 0 before the first. */
export async function headsPagesSize(tx: Tx): Promise<number> {
  const found = await tx.execute<{ size: number }>(sql`select size from heads_tree where place = ''`);
  return found.rows[0]?.size ?? 0;
}
