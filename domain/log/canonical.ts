/**
 * The one form of a JSON value, so that equal values have equal hashes (RFC 8785, "JCS"), straight into bytes: to make a text
 * of thousands of bodies first takes a browser twice as long. `canonical.test.ts` holds it against a library.
 */
import { AppError } from "../errors.ts";
import { writeInteger } from "./write-integer.ts";

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const [firstPrintable, lastPrintable] = [0x20, 0x7e];
const depthMax = 32;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array();
/** Where most values are written; what is written beyond an array's end is counted and not kept. */
const sharedRoom = new Uint8Array(8_192);

/**
 * The RFC 8785 text of a JSON value. What JSON can't carry is refused rather than dropped or bent: undefined,
 * functions, symbols, bigint, NaN and infinities, lone surrogates, holes in arrays, objects of a class,
 * more than 32 levels (so cycles too).
 * @throws AppError BAD_REQUEST naming the nearest member
 */
export function canonicalize(value: unknown): string {
  return decoder.decode(canonicalView(value));
}

/** The same in UTF-8 behind some bytes, good until the next value is written. @throws AppError as `canonicalize` */
export function canonicalView(value: unknown, before: Uint8Array = nothing): Uint8Array {
  const end = writeValue(value, { room: sharedRoom, where: "the value" }, before.length, 0);
  const room = end > sharedRoom.length ? new Uint8Array(end) : sharedRoom;
  if (room !== sharedRoom) writeValue(value, { room, where: "the value" }, before.length, 0);
  room.set(before);
  return room.subarray(0, end);
}

/** Where is written to, and the name of the member that is written, for whoever must be told. */
interface Place {
  readonly room: Uint8Array;
  where: string;
}

/** Each of these writes from a place in the room on, and says where it ends. */
function writeValue(value: unknown, place: Place, at: number, depth: number): number {
  if (typeof value === "string") return writeText(value, place, at);
  if (typeof value === "number") return writeNumber(value, place, at);
  if (value === null || typeof value === "boolean") return writeBare(String(value), place, at);
  if (typeof value !== "object") return refuse(place, `${typeof value} is not JSON`);
  if (depth === depthMax) refuse(place, `nested deeper than ${depthMax} levels`);
  return Array.isArray(value)
    ? writeItems(value, place, at, depth + 1)
    : writeMembers(value as Record<string, unknown>, place, at, depth + 1);
}

function writeItems(items: readonly unknown[], place: Place, start: number, depth: number): number {
  let at = start;
  place.room[at++] = openArray;
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) place.room[at++] = comma;
    at = writeValue(items[index], place, at, depth);
  }
  place.room[at++] = closeArray;
  return at;
}

function writeMembers(members: Record<string, unknown>, place: Place, start: number, depth: number): number {
  if (!isPlain(members)) refuse(place, "an object of a class is not JSON");
  let at = start;
  place.room[at++] = openObject;
  for (const name of namesOf(members)) {
    if (at > start + 1) place.room[at++] = comma;
    place.where = name;
    at = writeText(name, place, at);
    place.room[at++] = colon;
    at = writeValue(members[name], place, at, depth);
  }
  place.room[at++] = closeObject;
  return at;
}

/** In the order of their UTF-16 units (RFC 8785 §3.2.3), in which all that comes from a log stands already. */
function namesOf(members: object): string[] {
  const names = Object.keys(members);
  for (let at = 1; at < names.length; at += 1) {
    if ((names[at] as string) < (names[at - 1] as string)) return names.sort();
  }
  return names;
}

/** A plain object's prototype is null or has none itself, which also holds for objects of another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function writeText(text: string, place: Place, start: number): number {
  let at = start;
  place.room[at++] = quote;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < firstPrintable || unit > lastPrintable || unit === quote || unit === backslash)
      return writeOtherText(text, place, start);
    place.room[at++] = unit;
  }
  place.room[at++] = quote;
  return at;
}

/** JSON.stringify escapes exactly what RFC 8785 §3.2.2.2 wants escaped. */
function writeOtherText(text: string, place: Place, start: number): number {
  if (!text.isWellFormed()) refuse(place, "a lone surrogate is not Unicode text");
  const bytes = encoder.encode(JSON.stringify(text));
  if (start + bytes.length <= place.room.length) place.room.set(bytes, start);
  return start + bytes.length;
}

function writeNumber(value: number, place: Place, at: number): number {
  if (Number.isSafeInteger(value)) return writeInteger(value, place.room, at);
  if (!Number.isFinite(value)) refuse(place, `${value} is not a JSON number`);
  return writeBare(String(value), place, at);
}

/** What JSON has without quotes; fractions are as ECMAScript writes them (RFC 8785 §3.2.2.3). */
function writeBare(text: string, { room }: Place, start: number): number {
  for (let index = 0; index < text.length; index += 1) room[start + index] = text.charCodeAt(index);
  return start + text.length;
}

function refuse({ where }: Place, why: string): never {
  throw new AppError("BAD_REQUEST", `cannot be put in canonical form: ${why} (at ${where})`, { where });
}
