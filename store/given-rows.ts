import { type SQL, sql } from "drizzle-orm";
import { listOf, type PickValue, type Type } from "./list-of.ts";

/**
 * Rows for a statement to read from, with the number `n` of each, from 1: `from ${givenRows(…)} as name`. A column whose value is
 * the same in every row, as a tenant's or a lane's mostly is, travels once: a list of texts costs the sender and PostgreSQL
 * more than all else of a short row.
 */
export function givenRows<Row>(
  rows: readonly Row[],
  columns: Readonly<Record<string, readonly [Type, PickValue<Row>]>>,
): SQL {
  const lists: SQL[] = [];
  const listed: SQL[] = [];
  const selected = Object.entries(columns).map(([name, [type, pick]]) => {
    const column = sql`${sql.identifier(name)}`;
    const first = rows[0] === undefined ? null : pick(rows[0], 0);
    if (rows.every((row, at) => pick(row, at) === first)) {
      return sql`${first === null ? null : String(first)}::text::${sql.raw(type)} as ${column}`;
    }
    lists.push(listOf(rows, type, pick));
    listed.push(column);
    return column;
  });
  const comma = sql`, `;
  const from =
    lists.length === 0
      ? sql`generate_series(1, ${rows.length}::int) as list (n)`
      : sql`unnest(${sql.join(lists, comma)}) with ordinality as list (${sql.join([...listed, sql`n`], comma)})`;
  return sql`(select ${sql.join([...selected, sql`n`], comma)} from ${from})`;
}
