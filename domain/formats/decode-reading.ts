import { toMilliC } from "../coldchain/milli-celsius.ts";
import { FormatFault, type FormatReason, SetAside } from "./format-fault.ts";

/** What a reading is placed in time by: when its message came, what the gateway's clock said, and on which lane. */
export interface ReadingContext {
  readonly receivedAt: number;
  readonly sent: number;
  readonly lane: string;
}

/** One reading in the units of the store; `channel` is the gateway's own name of the sensor. */
interface TakenReading {
  readonly channel: string;
  readonly ts: number;
  /** Whose clock `ts` is by: the time of receipt where the device has none. */
  readonly placedBy: "device" | "receipt";
  readonly tMilliC: number | null;
  readonly rhPermille: number | null;
  readonly door: boolean | null;
  readonly power: boolean | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly err: string | null;
}

/** Why one reading can't be used. */
interface RefusedReading {
  readonly reason: FormatReason;
  readonly detail: string;
}

/** A reading, or why there is none. */
export type DecodedReading = { readonly taken: TakenReading } | { readonly refused: RefusedReading };

const futureMs = 5 * 60_000;
/** A clock that shows less was never set: makers' clocks start in 1970, 2000 or at the chip's build. 2020-01-01 UTC. */
const year2020 = 1_577_836_800_000;
/** A `sent` above this is a time of day, not a time since boot. */
const longestUptimeMs = 20 * 365 * 86_400_000;
const temperatureC = { min: -90, max: 150 };
const errPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
/** In UTF-16 units. */
export const channelLengthMax = 128;
const humidityPercent = { min: 0, max: 100 };
const latitude = { min: -90, max: 90 };
const longitude = { min: -180, max: 180 };
const valueKeys = new Set(["t", "rh", "door", "power", "lat", "lon", "err"]);
const otherKeys = new Set(["s", "ts", "up"]);

/** Reads one member of `readings` (design §4): types, physical range, time. Never throws for content. */
export function decodeReading(value: unknown, context: ReadingContext): DecodedReading {
  if (value instanceof SetAside) return { refused: { reason: value.reason, detail: value.detail } };
  try {
    return { taken: take(value, context) };
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    return { refused: { reason: error.reason, detail: error.message } };
  }
}

function take(value: unknown, context: ReadingContext): TakenReading {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatFault("BAD_VALUE", "a reading must be an object");
  }
  const fields = value as Record<string, unknown>;
  let values = 0;
  for (const key in fields) {
    if (valueKeys.has(key)) values += 1;
    else if (!otherKeys.has(key))
      throw new FormatFault("BAD_VALUE", `unknown key ${JSON.stringify(key.slice(0, 64))}`);
  }
  const { s } = fields;
  if (typeof s !== "string" || s.length < 1 || s.length > channelLengthMax)
    throw new FormatFault("BAD_VALUE", "s must be a short text");
  if (values === 0) throw new FormatFault("BAD_VALUE", "the reading holds no value");
  const celsius = number(fields, "t", temperatureC);
  const humidity = number(fields, "rh", humidityPercent);
  return {
    channel: s,
    ts: placeInTime(fields, context),
    placedBy: "ts" in fields ? "device" : "receipt",
    tMilliC: celsius === null ? null : toMilliC(celsius),
    rhPermille: humidity === null ? null : Math.round(humidity * 10) + 0,
    door: truth(fields, "door"),
    power: truth(fields, "power"),
    lat: number(fields, "lat", latitude),
    lon: number(fields, "lon", longitude),
    err: faultCode(fields),
  };
}

/**
 * The reading's own `ts`, or, for a device without a clock, the time of receipt less the time since `up`. The second
 * holds only for what was sent at once: a message of the back-fill lane waited an unknown time.
 */
function placeInTime(fields: Record<string, unknown>, { receivedAt, sent, lane }: ReadingContext): number {
  if ("ts" in fields) return ownTime(fields.ts, receivedAt);
  const up = fields.up;
  const isPlaceable = typeof up === "number" && Number.isSafeInteger(up) && up >= 0 && up <= sent;
  if (!isPlaceable || sent > longestUptimeMs || lane === "hist") {
    throw new FormatFault(
      "NO_CLOCK",
      "neither ts nor an up that can be placed by sent and the time of receipt",
    );
  }
  return receivedAt - (sent - up);
}

function ownTime(ts: unknown, receivedAt: number): number {
  if (typeof ts !== "number" || !Number.isSafeInteger(ts)) {
    throw new FormatFault("BAD_VALUE", "ts must be a whole number of ms since 1970");
  }
  if (ts < year2020)
    throw new FormatFault("NO_CLOCK", "ts lies before the year 2020: the clock was never set");
  if (ts > receivedAt + futureMs)
    throw new FormatFault("FUTURE_TIME", `${ts - receivedAt} ms after the time of receipt`);
  return ts;
}

function number(
  fields: Record<string, unknown>,
  name: string,
  range: { min: number; max: number },
): number | null {
  if (!(name in fields)) return null;
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new FormatFault("BAD_VALUE", `${name} must be a finite number`);
  }
  if (value < range.min || value > range.max) {
    throw new FormatFault("IMPLAUSIBLE", `${name} = ${value} lies outside ${range.min}…${range.max}`);
  }
  return value + 0;
}

function truth(fields: Record<string, unknown>, name: string): boolean | null {
  if (!(name in fields)) return null;
  const value = fields[name];
  if (typeof value !== "boolean") throw new FormatFault("BAD_VALUE", `${name} must be true or false`);
  return value;
}

function faultCode(fields: Record<string, unknown>): string | null {
  if (!("err" in fields)) return null;
  const { err } = fields;
  if (typeof err !== "string" || !errPattern.test(err))
    throw new FormatFault("BAD_VALUE", "err must be a short code");
  return err;
}
