/** Rows that say the same of the same, one after another, as one: the newest of them, how many there are, since when. */
export interface Neighbours<Row> {
  readonly newest: Row;
  readonly count: number;
  readonly since: string;
}

/** The rows of a list, newest first, with neighbours of one `same` taken together, so that a flood is one line. */
export function neighboursOf<Row extends { readonly at: string }>(
  rows: readonly Row[],
  same: (row: Row) => string,
): Neighbours<Row>[] {
  const found: Neighbours<Row>[] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last !== undefined && same(last.newest) === same(row))
      found[found.length - 1] = { ...last, count: last.count + 1, since: row.at };
    else found.push({ newest: row, count: 1, since: row.at });
  }
  return found;
}
