import { AppError } from "#domain/errors.ts";
import type { Reading } from "./readings-store.ts";

/** The one measurement all readings are kept in. */
export const measurement = "reading";

/** Tags: ids we gave out ourselves, so nothing in them ever needs escaping. */
const tagPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** Text fields: short codes and ids; neither quotes nor backslashes nor line breaks. */
const textPattern = /^[A-Za-z0-9_.:/ -]{0,128}$/;

/**
 * One line of InfluxDB line protocol for a reading, time in ms: `reading,point=…,tenant=… field=…,… ts`.
 * Whole numbers carry `i`; only finite numbers and allow-listed names are written.
 * @throws AppError BAD_REQUEST for anything else
 */
export function toLine(reading: Reading): string {
  const fields = [
    whole("t", reading.tMilliC),
    whole("rh", reading.rhPermille),
    truth("door", reading.door),
    truth("power", reading.power),
    real("lat", reading.lat),
    real("lon", reading.lon),
    text("err", reading.err),
    text("equipment", reading.equipmentId),
    whole("received", reading.receivedAt),
    whole("inbox", reading.inboxId),
    truth("late", reading.late),
    text("kid", reading.signedBy),
  ].filter((field) => field !== null);
  const tags = `point=${tag(reading.point)},tenant=${tag(reading.tenant)}`;
  return `${measurement},${tags} ${fields.join(",")} ${wholeNumber("ts", reading.ts)}`;
}

function tag(value: string): string {
  if (!tagPattern.test(value)) throw refused("tag", value);
  return value;
}

function text(name: string, value: string | null): string | null {
  if (value === null) return null;
  if (!textPattern.test(value)) throw refused(name, value);
  return `${name}="${value}"`;
}

function whole(name: string, value: number | null): string | null {
  return value === null ? null : `${name}=${wholeNumber(name, value)}i`;
}

function wholeNumber(name: string, value: number): string {
  if (!Number.isSafeInteger(value)) throw refused(name, value);
  return String(value + 0);
}

function real(name: string, value: number | null): string | null {
  if (value === null) return null;
  if (!Number.isFinite(value)) throw refused(name, value);
  return `${name}=${value + 0}`;
}

function truth(name: string, value: boolean | null): string | null {
  return value === null ? null : `${name}=${value}`;
}

function refused(name: string, value: unknown): AppError {
  return new AppError("BAD_REQUEST", `${name} can't be written as line protocol`, { name, value });
}
