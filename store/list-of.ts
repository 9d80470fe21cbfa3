import { type SQL, sql } from "drizzle-orm";

/** What lists can be of. */
export type Type = "text" | "bigint" | "int" | "boolean";
type Value = string | number | boolean | null;
/** What a row, the `at`th, has in a list. */
export type PickValue<Row> = (row: Row, at: number) => Value;

/** Texts that need no quotes in an array literal (PostgreSQL manual §8.15.6); `NULL` unquoted would be a null. */
const plain = /^(?!null$)[\w.:/-]+$/i;

/**
 * One list parameter with a value of each row, as PostgreSQL's own literal: the drivers' ways to write lists look at each
 * element several times, which costs more than all else in an insert of a thousand rows.
 */
export function listOf<Row>(rows: readonly Row[], type: Type, pick: PickValue<Row>): SQL {
  // Joined at once: a text that grows by pieces is a chain of as many objects, each to be collected.
  const elements =
    type === "text"
      ? rows.map((row, at) => quoted(pick(row, at)))
      : rows.map((row, at) => pick(row, at) ?? "NULL");
  return sql`${`{${elements.join(",")}}`}::text::${sql.raw(type)}[]`;
}

/** `listOf` for several lists of the same rows. */
export function listsOf<Row>(rows: readonly Row[]) {
  return (type: Type, pick: PickValue<Row>): SQL => listOf(rows, type, pick);
}

function quoted(value: Value): string {
  if (value === null) return "NULL";
  const text = String(value);
  return plain.test(text) ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** One parameter for the bytes of all rows: a list of byte strings would travel as text of twice the length. */
export function joinedBytes(pieces: readonly Uint8Array[]): SQL {
  return sql`${sql.param(Buffer.concat(pieces))}::bytea`;
}

/** Where the bytes of each row begin in all of them joined; SQL counts from 1. */
export function startsOf<Row>(rows: readonly Row[], lengthOf: (row: Row) => number): number[] {
  let next = 1;
  return rows.map((row) => {
    const start = next;
    next += lengthOf(row);
    return start;
  });
}
