/**
 * JSON from strangers. A scanner reads the text once and refuses what JSON.parse would silently bend (the last
 * of two equal keys wins) or what costs too much, before anything is built; JSON.parse then judges the grammar.
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

/** An open container: the keys seen so far in an object, null in an array. */
type Frame = Set<string> | null;

const quote = 0x22;
const backslash = 0x5c;

/**
 * The value of a JSON text (RFC 8259) in linear time, refusing duplicate keys (RFC 7493 §2.3), `__proto__` keys
 * however they are escaped, and texts over the limits.
 * @throws StrictJsonError
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits): unknown {
  if (isLargerThan(text, limits.maxBytes)) {
    throw new StrictJsonError("TOO_LARGE", `the JSON is larger than ${limits.maxBytes} bytes`);
  }
  scan(text, limits.maxDepth);
  return parse(text);
}

/** A UTF-16 unit takes one to three bytes of UTF-8, so most texts are decided without counting. */
function isLargerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return new TextEncoder().encode(text).length > maxBytes;
}

function scan(text: string, maxDepth: number): void {
  const open: Frame[] = [];
  let keyMayFollow = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keyMayFollow && keys) noteKey(keys, text.slice(at, end + 1));
      keyMayFollow = false;
      at = end;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (open.length >= maxDepth)
        throw new StrictJsonError("TOO_DEEP", `nested deeper than ${maxDepth} levels`);
      open.push(unit === 0x7b ? new Set() : null);
      keyMayFollow = unit === 0x7b;
    } else if (unit === 0x7d || unit === 0x5d) {
      open.pop();
    } else if (unit === 0x2c) {
      keyMayFollow = true;
    }
  }
}

/** Where the string that opens at `start` closes. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at;
    if (unit === backslash) at += 1;
  }
  throw new StrictJsonError("MALFORMED", "a string is not closed");
}

function noteKey(keys: Set<string>, quoted: string): void {
  const key = quoted.includes("\\") ? (parse(quoted) as string) : quoted.slice(1, -1);
  if (key === "__proto__") throw new StrictJsonError("FORBIDDEN_KEY", "__proto__ is not allowed as a key");
  if (keys.has(key))
    throw new StrictJsonError("DUPLICATE_KEY", `the key ${JSON.stringify(key)} appears twice`);
  keys.add(key);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrictJsonError("MALFORMED", "the text is not JSON");
  }
}
