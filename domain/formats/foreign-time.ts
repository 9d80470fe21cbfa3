import { instantOf } from "../epcis/time.ts";
import { FormatFault } from "./format-fault.ts";

/**
 * The time a foreign message states, in epoch ms; whether it is plausible is judged later, as of any reading. Fractions of
 * a millisecond are rounded half up.
 * @throws FormatFault NO_CLOCK where nothing is stated, BAD_VALUE where it isn't what the source registers
 */
export function foreignTime(stated: unknown, unit: "ms" | "s" | "iso"): number {
  if (stated === undefined || stated === null)
    throw new FormatFault("NO_CLOCK", "the message states no time");
  const ms = unit === "iso" ? fromText(stated) : fromNumber(stated, unit === "s" ? 1_000 : 1);
  if (ms === null) throw new FormatFault("BAD_VALUE", `the time must be ${words[unit]}`);
  return ms;
}

const words = {
  ms: "a number of ms since 1970",
  s: "a number of seconds since 1970",
  iso: "an ISO 8601 text with date, time and offset (Z or +08:00)",
};

function fromText(stated: unknown): number | null {
  return typeof stated === "string" ? instantOf(stated) : null;
}

function fromNumber(stated: unknown, factor: number): number | null {
  if (typeof stated !== "number") return null;
  const ms = Math.round(stated * factor);
  return Number.isSafeInteger(ms) ? ms : null;
}
