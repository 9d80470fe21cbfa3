/**
 * The one form of a JSON value, so that equal values have equal hashes (RFC 8785, "JCS"), straight into bytes: to make a text
 * of thousands of bodies first takes a browser twice as long. `canonical.test.ts` holds it against a library.
 */
import { AppError } from "../errors.ts";
import { writeInteger } from "./write-integer.ts";

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openArray, openObject] = [0x5b, 0x7b];
const [firstPrintable, lastPrintable] = [0x20, 0x7e];
const depthMax = 32;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array();
/** Where most values are written; what is written beyond an array's end is counted and not kept. */
const sharedRoom = new Uint8Array(8_192);

/** The name of the member that is written, for whoever must be told why it can't be. */
let nearest = "";

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
  nearest = "the value";
  const end = writeValue(value, sharedRoom, before.length, 0);
  const room = end > sharedRoom.length ? new Uint8Array(end) : sharedRoom;
  if (room !== sharedRoom) writeValue(value, room, before.length, 0);
  room.set(before);
  return room.subarray(0, end);
}

/** Each of these writes into the room from a place on, and says where it ends. */
function writeValue(value: unknown, room: Uint8Array, at: number, depth: number): number {
  if (typeof value === "string") return writeText(value, room, at);
  if (typeof value === "number") return writeNumber(value, room, at);
  if (value === null || typeof value === "boolean") return writeBare(String(value), room, at);
  if (typeof value !== "object") return refuse(`${typeof value} is not JSON`);
  if (depth === depthMax) refuse(`nested deeper than ${depthMax} levels`);
  return Array.isArray(value)
    ? writeItems(value, room, at, depth + 1)
    : writeMembers(value as Record<string, unknown>, room, at, depth + 1);
}

function writeItems(items: readonly unknown[], room: Uint8Array, start: number, depth: number): number {
  let at = start + 1;
  for (let index = 0; index < items.length; index += 1) {
    at = writeValue(items[index], room, at, depth);
    room[at++] = comma;
  }
  return enclose(room, start, at, openArray);
}

function writeMembers(
  members: Record<string, unknown>,
  room: Uint8Array,
  start: number,
  depth: number,
): number {
  const prototype = Object.getPrototypeOf(members);
  // A plain object's prototype is null or has none itself, which also holds for objects of another realm.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse("no plain object");
  let [at, before] = [start + 1, ""];
  // In the order that RFC 8785 §3.2.3 wants stands already all that comes from a log; a list of names takes longer.
  for (const name in members) {
    if (name < before || prototype !== Object.prototype) return writeSorted(members, room, start, depth);
    before = name;
    at = writeMember(name, members[name], room, at, depth);
  }
  return enclose(room, start, at, openObject);
}

function writeSorted(
  members: Record<string, unknown>,
  room: Uint8Array,
  start: number,
  depth: number,
): number {
  let at = start + 1;
  for (const name of Object.keys(members).sort()) at = writeMember(name, members[name], room, at, depth);
  return enclose(room, start, at, openObject);
}

function writeMember(name: string, value: unknown, room: Uint8Array, start: number, depth: number): number {
  nearest = name;
  let at = writeText(name, room, start);
  room[at++] = colon;
  at = writeValue(value, room, at, depth);
  room[at++] = comma;
  return at;
}

/** Puts brackets around what was written behind `start`, the closing one (in ASCII two behind its opening one) in place of the last comma. */
function enclose(room: Uint8Array, start: number, at: number, open: number): number {
  const end = at === start + 1 ? at : at - 1;
  room[start] = open;
  room[end] = open + 2;
  return end + 1;
}

function writeText(text: string, room: Uint8Array, start: number): number {
  let at = start;
  room[at++] = quote;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < firstPrintable || unit > lastPrintable || unit === quote || unit === backslash)
      return writeOtherText(text, room, start);
    room[at++] = unit;
  }
  room[at++] = quote;
  return at;
}

/** JSON.stringify escapes exactly what RFC 8785 §3.2.2.2 wants escaped. */
function writeOtherText(text: string, room: Uint8Array, start: number): number {
  if (!text.isWellFormed()) refuse("a lone surrogate");
  const bytes = encoder.encode(JSON.stringify(text));
  if (start + bytes.length <= room.length) room.set(bytes, start);
  return start + bytes.length;
}

function writeNumber(value: number, room: Uint8Array, at: number): number {
  if (Number.isSafeInteger(value)) return writeInteger(value, room, at);
  if (!Number.isFinite(value)) refuse(`${value} is not a JSON number`);
  return writeBare(String(value), room, at);
}

/** What JSON has without quotes; fractions are as ECMAScript writes them (RFC 8785 §3.2.2.3). */
function writeBare(text: string, room: Uint8Array, start: number): number {
  for (let index = 0; index < text.length; index += 1) room[start + index] = text.charCodeAt(index);
  return start + text.length;
}

function refuse(why: string): never {
  const facts = { where: nearest };
  throw new AppError("BAD_REQUEST", `cannot be put in canonical form: ${why} (at ${nearest})`, facts);
}
