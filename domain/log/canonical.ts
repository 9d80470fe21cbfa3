/** The one text of a JSON value, so that equal values have equal hashes (RFC 8785, "JCS"). */
import serialize from "canonicalize";
import { AppError } from "../errors.ts";

const depthMax = 32;

/**
 * The RFC 8785 text of a JSON value. What JSON can't carry is refused rather than dropped or bent: undefined,
 * functions, symbols, bigint, NaN and infinities, lone surrogates, holes in arrays, objects of a class,
 * more than 32 levels (so cycles too).
 * @throws AppError BAD_REQUEST naming the nearest member
 */
export function canonicalize(value: unknown): string {
  // Where members stand in order already, as in all that comes from a log, JSON.stringify writes the same, many times quicker.
  return isInOrder(value, "the value", 0) ? JSON.stringify(value) : (serialize(value) as string);
}

/** Whether all members stand in the order of RFC 8785 §3.2.3; refuses what isn't JSON. */
function isInOrder(value: unknown, where: string, depth: number): boolean {
  if (typeof value === "string") refuseLoneSurrogate(value, where);
  else if (typeof value === "number") refuseNonFinite(value, where);
  else if (typeof value === "object" && value !== null) return isContainerInOrder(value, where, depth);
  else if (value !== null && typeof value !== "boolean") refuse(where, `${typeof value} is not JSON`);
  return true;
}

function isContainerInOrder(value: object, where: string, depth: number): boolean {
  if (depth === depthMax) refuse(where, `nested deeper than ${depthMax} levels`);
  return Array.isArray(value) ? isArrayInOrder(value, depth + 1) : isObjectInOrder(value, where, depth + 1);
}

function isArrayInOrder(items: unknown[], depth: number): boolean {
  let inOrder = true;
  for (let at = 0; at < items.length; at += 1) {
    if (!Object.hasOwn(items, at)) refuse(`[${at}]`, "a hole in an array");
    if (!isInOrder(items[at], `[${at}]`, depth)) inOrder = false;
  }
  return inOrder;
}

function isObjectInOrder(value: object, where: string, depth: number): boolean {
  if (!isPlain(value)) refuse(where, "an object of a class is not JSON");
  let [inOrder, before] = [true, ""];
  for (const key of Object.keys(value)) {
    refuseLoneSurrogate(key, "a member's name");
    if (!isInOrder((value as Record<string, unknown>)[key], key, depth) || key < before) inOrder = false;
    before = key;
  }
  return inOrder;
}

/** A plain object's prototype is null or has none itself, which also holds for objects of another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuseNonFinite(value: number, where: string): void {
  if (!Number.isFinite(value)) refuse(where, `${value} is not a JSON number`);
}

function refuseLoneSurrogate(text: string, where: string): void {
  if (!text.isWellFormed()) refuse(where, "a lone surrogate is not Unicode text");
}

function refuse(where: string, why: string): never {
  throw new AppError("BAD_REQUEST", `cannot be put in canonical form: ${why} (at ${where})`, { where });
}
