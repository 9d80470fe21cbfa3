import { type SQL, sql } from "drizzle-orm";

type Type = "text" | "bigint" | "int" | "boolean";
type Value = string | number | boolean | null;

/** Texts that need no quotes in an array literal (PostgreSQL manual §8.15.6); `NULL` unquoted would be a null. */
const plain = /^(?!null$)[\w.:/-]+$/i;

/**
 * One list parameter with a value of each row, as PostgreSQL's own literal: the drivers' ways to write lists look at each
 * element several times, which costs more than all else in an insert of a thousand rows.
 */
export function listOf<Row>(rows: readonly Row[], type: Type, pick: (row: Row) => Value): SQL {
  let literal = "{";
  for (let at = 0; at < rows.length; at += 1) {
    if (at > 0) literal += ",";
    literal += elementOf(pick(rows[at] as Row));
  }
  return sql`${`${literal}}`}::text::${sql.raw(type)}[]`;
}

/** `listOf` for several lists of the same rows. */
export function listsOf<Row>(rows: readonly Row[]) {
  return (type: Type, pick: (row: Row) => Value): SQL => listOf(rows, type, pick);
}

function elementOf(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value !== "string") return String(value);
  return plain.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** One parameter for the bytes of all rows: a list of byte strings would travel as text of twice the length. */
export function joinedBytes(pieces: readonly Uint8Array[]): SQL {
  return sql`${sql.param(Buffer.concat(pieces))}::bytea`;
}
