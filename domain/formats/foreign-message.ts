import { FormatFault } from "./format-fault.ts";

/** A message on a topic of a source; `content` is its strictly read JSON or CBOR. */
export interface ForeignMessage {
  readonly topic: string;
  readonly content: unknown;
}

/** Whether a value is a plain object: no array, no bytes. */
export function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Joins the readings of parts, giving up at the first beyond `most`. @throws FormatFault TOO_MANY_READINGS */
export function gather(parts: Iterable<readonly unknown[]>, most: number): unknown[] {
  const readings: unknown[] = [];
  for (const part of parts) {
    readings.push(...part);
    if (readings.length > most) throw new FormatFault("TOO_MANY_READINGS", `more than ${most} readings`);
  }
  if (readings.length === 0)
    throw new FormatFault("TOO_MANY_READINGS", `no readings, allowed are 1 to ${most}`);
  return readings;
}
