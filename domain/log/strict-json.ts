/**
 * JSON from strangers. A scanner reads the text once and refuses what costs too much before anything is built; JSON.parse
 * judges the grammar; and what it would silently bend (the last of two equal keys wins) shows in that the value holds fewer
 * keys than the text.
 */
import { AppError } from "../errors.ts";

/** Why a text was refused. */
type StrictJsonReason = "TOO_LARGE" | "TOO_DEEP" | "DUPLICATE_KEY" | "FORBIDDEN_KEY" | "MALFORMED";

/** A JSON text that is refused, with the reason; AppError code TOO_LARGE or BAD_REQUEST. */
export class StrictJsonError extends AppError {
  readonly reason: StrictJsonReason;

  constructor(reason: StrictJsonReason, detail: string) {
    super(reason === "TOO_LARGE" ? "TOO_LARGE" : "BAD_REQUEST", detail, { reason });
    this.name = "StrictJsonError";
    this.reason = reason;
  }
}

/** Limits of one JSON text: UTF-8 bytes, and nested arrays and objects. */
interface StrictJsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;

/**
 * The value of a JSON text (RFC 8259) in linear time, refusing duplicate keys (RFC 7493 §2.3), `__proto__` keys
 * however they are escaped, and texts over the limits.
 * @throws StrictJsonError
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits): unknown {
  if (isLargerThan(text, limits.maxBytes)) {
    throw new StrictJsonError("TOO_LARGE", `the JSON is larger than ${limits.maxBytes} bytes`);
  }
  const keysInText = scan(text, limits.maxDepth);
  const value = parse(text);
  if (countKeys(value) !== keysInText) throw duplicateIn(text);
  return value;
}

/** A UTF-16 unit takes one to three bytes of UTF-8, so most texts are decided without counting. */
function isLargerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return new TextEncoder().encode(text).length > maxBytes;
}

/** How many keys the text has: outside of strings each has one colon. */
function scan(text: string, maxDepth: number): number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at);
    else if (unit === colon) keys += 1;
    else if (unit === openObject || unit === openArray) {
      depth += 1;
      if (depth > maxDepth) throw new StrictJsonError("TOO_DEEP", `nested deeper than ${maxDepth} levels`);
    } else if (unit === closeObject || unit === closeArray) depth -= 1;
  }
  return keys;
}

/** How many keys a value has at all its levels. @throws StrictJsonError where one is `__proto__` */
function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += countKeys(item);
    return keys;
  }
  for (const key in value) {
    if (key === "__proto__") throw new StrictJsonError("FORBIDDEN_KEY", "__proto__ is not allowed as a key");
    keys += 1 + countKeys((value as Record<string, unknown>)[key]);
  }
  return keys;
}

/** Where the string that opens at `start` closes: long ones, as signed bodies are, are passed over at the speed of a search. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end === -1) throw new StrictJsonError("MALFORMED", "a string is not closed");
  return end;
}

/** Whether an odd number of backslashes stands before a place in a string; its opening quote ends them. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
}

/** Says which key of a sound JSON text appears twice in its object; a key is the string before a colon. */
function duplicateIn(text: string): StrictJsonError {
  const open: Set<string>[] = [];
  let last = "";
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === openObject || unit === openArray) open.push(new Set());
    else if (unit === closeObject || unit === closeArray) open.pop();
    else if (unit === quote) {
      const end = endOfString(text, at);
      last = JSON.stringify(parse(text.slice(at, end + 1)));
      at = end;
    } else if (unit === colon) {
      if (open.at(-1)?.has(last)) break;
      open.at(-1)?.add(last);
    }
  }
  return new StrictJsonError("DUPLICATE_KEY", `the key ${last} appears twice`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrictJsonError("MALFORMED", "the text is not JSON");
  }
}
