import { AppError } from "#domain/errors.ts";
import { readContent } from "#services/formats/read-content.ts";
import type { MessageLimits } from "./message.ts";
import { Refusal } from "./refusal.ts";

/** The object that a message or a signed body holds. */
export interface ReadObject {
  readonly fields: Record<string, unknown>;
  readonly unpackedBytes: number;
}

/** @throws Refusal for what can't be read within the limits, or is no object */
export function readObject(bytes: Uint8Array, limits: MessageLimits): ReadObject {
  const { value, unpackedBytes } = readOrRefuse(bytes, limits);
  if (isObject(value)) return { fields: value, unpackedBytes };
  throw new Refusal("BAD_SHAPE", "the message is not an object");
}

/** @throws Refusal for what can't be read within the limits */
export function readOrRefuse(bytes: Uint8Array, limits: MessageLimits) {
  try {
    return readContent(bytes, limits);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Refusal(error.code === "TOO_LARGE" ? "TOO_LARGE" : "MALFORMED", error.message);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !(value instanceof Uint8Array);
}
