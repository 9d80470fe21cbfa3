/** InfluxDB line protocol as its specification has it, for any names and values: what can't be said is refused, never bent. */
import { AppError } from "#domain/errors.ts";

/** A field's value by its type in line protocol; whole numbers beyond 2^53 are bigints. */
export type FieldValue =
  | { readonly float: number }
  | { readonly int: number | bigint }
  | { readonly uint: number | bigint }
  | { readonly string: string }
  | { readonly bool: boolean };

/** Names with values, in the order in which they are written. */
export type Named<T> = readonly (readonly [name: string, value: T])[];

const intRange = { least: -(2n ** 63n), most: 2n ** 63n - 1n };
const uintRange = { least: 0n, most: 2n ** 64n - 1n };
/** The specification's nonprintable characters: no name or tag can hold one, escaped or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const nonprintable = /[\u0000-\u001f\u007f]/;

/**
 * One line: measurement, tags, fields, time in the unit of the write (whole, int64).
 * @throws AppError BAD_REQUEST naming what line protocol can't carry
 */
export function encodeLine(
  measurement: string,
  tags: Named<string>,
  fields: Named<FieldValue>,
  time: number | bigint,
): string {
  if (fields.length === 0) throw refused("a line without fields", measurement);
  const values = fields.map(([name, value]) => `${keyText("field", name)}=${valueText(name, value)}`);
  return `${seriesText(measurement, tags)} ${values.join(",")} ${wholeText("time", time, intRange)}`;
}

/** What a line begins with: measurement and tags. @throws AppError BAD_REQUEST as encodeLine does */
export function seriesText(measurement: string, tags: Named<string>): string {
  // A line that begins with # is a comment: InfluxDB would answer that it stored it.
  if (measurement.startsWith("#")) throw refused("measurement", measurement);
  const name = plain("measurement", measurement).replace(/[, ]/g, "\\$&");
  return name + tags.map(([tag, value]) => `,${keyText("tag", tag)}=${keyText(tag, value)}`).join("");
}

/** A float in the shortest digits that give it back, with an exponent below 10^-4 and from 10^6 on. @throws AppError BAD_REQUEST */
export function floatText(name: string, value: number): string {
  if (!Number.isFinite(value)) throw refused(name, value);
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e-4 && size < 1e6) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

const stringEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text between quotes; it may hold anything, and yet is one line. */
export function stringText(value: string): string {
  return `"${value.replace(/["\\\n\r\t]/g, (char) => stringEscapes[char] ?? `\\${char}`)}"`;
}

/** The refusal of a value that line protocol can't carry. */
export function refused(name: string, value: unknown): AppError {
  const shown = typeof value === "bigint" ? `${value}` : value;
  return new AppError("BAD_REQUEST", `${name} can't be written as line protocol`, { name, value: shown });
}

function valueText(name: string, value: FieldValue): string {
  if ("float" in value) return floatText(name, value.float);
  if ("int" in value) return `${wholeText(name, value.int, intRange)}i`;
  if ("uint" in value) return `${wholeText(name, value.uint, uintRange)}u`;
  if ("string" in value) return stringText(value.string);
  return String(value.bool);
}

/** A number is whole and exact only up to 2^53. */
function wholeText(name: string, value: number | bigint, { least, most }: typeof intRange): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw refused(name, value);
  if (value < least || value > most) throw refused(name, value);
  return BigInt(value).toString();
}

function keyText(name: string, value: string): string {
  return plain(name, value).replace(/[,= ]/g, "\\$&");
}

/** A backslash at the end would escape the character that ends the name or value. */
function plain(name: string, value: string): string {
  if (value === "" || value.endsWith("\\") || nonprintable.test(value)) throw refused(name, value);
  return value;
}
