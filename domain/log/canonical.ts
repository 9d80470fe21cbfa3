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
  refuseForeign(value, "the value", 0);
  return serialize(value) as string;
}

function refuseForeign(value: unknown, where: string, depth: number): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") refuseLoneSurrogate(value, where);
  else if (typeof value === "number") refuseNonFinite(value, where);
  else if (typeof value === "object") refuseInContainer(value, where, depth);
  else refuse(where, `${typeof value} is not JSON`);
}

function refuseInContainer(value: object, where: string, depth: number): void {
  if (depth === depthMax) refuse(where, `nested deeper than ${depthMax} levels`);
  if (Array.isArray(value)) refuseInArray(value, depth + 1);
  else refuseInObject(value, where, depth + 1);
}

function refuseInArray(items: unknown[], depth: number): void {
  for (let at = 0; at < items.length; at += 1) {
    if (!Object.hasOwn(items, at)) refuse(`[${at}]`, "a hole in an array");
    refuseForeign(items[at], `[${at}]`, depth);
  }
}

function refuseInObject(value: object, where: string, depth: number): void {
  if (!isPlain(value)) refuse(where, "an object of a class is not JSON");
  for (const [key, member] of Object.entries(value)) {
    refuseLoneSurrogate(key, "a member's name");
    refuseForeign(member, key, depth);
  }
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
