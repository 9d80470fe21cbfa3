// From the values of a foreign message to readings as a native message would hold them.
import { channelLengthMax } from "./decode-reading.ts";
import { FormatFault, SetAside } from "./format-fault.ts";
import { toCelsius } from "./to-celsius.ts";

/** A value that a source registers; `unit` is fixed, or an object where a message says it. */
interface Registered {
  readonly name: string;
  readonly as: "t" | "rh" | "door" | "power" | "lat" | "lon" | "err";
  readonly unit?: Unit | { readonly words: Readonly<Record<string, Unit>> } | undefined;
  readonly words?: { readonly true: unknown; readonly false: unknown } | undefined;
}

type Unit = "C" | "F" | "K";

/** One moment of one device as a message tells it. */
export interface Moment<Value extends Registered> {
  /** The device's name there; null where the source has none. */
  readonly device: () => string | null;
  /** `{ts}` in epoch ms, or `{up: 0}` to be placed by the time of receipt. */
  readonly time: () => { readonly ts: number } | { readonly up: 0 };
  readonly valueAt: (value: Value) => unknown;
  /** What the message says the unit is, for values that don't have a fixed one. */
  readonly unitAt: (value: Value) => unknown;
}

/**
 * The readings of a moment, one for each name among the source's values; or the one reading, set aside, that stands for a
 * moment without any of them.
 */
export function nativeReadings<Value extends Registered>(
  moment: Moment<Value>,
  values: readonly Value[],
): unknown[] {
  const readings: unknown[] = [];
  for (const [name, own] of Map.groupBy(values, (value) => value.name)) {
    const present = own.filter((value) => moment.valueAt(value) !== undefined);
    if (present.length > 0) readings.push(orSetAside(moment, name, present));
  }
  if (readings.length > 0) return readings;
  const fault = new FormatFault("BAD_VALUE", "none of the registered values is there");
  return [new SetAside(fault, { values: values.map(({ name }) => name) })];
}

function orSetAside<Value extends Registered>(
  moment: Moment<Value>,
  name: string,
  values: readonly Value[],
): unknown {
  try {
    return nativeReading(moment, name, values);
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    const shown = values.map((value) => [value.as, brief(moment.valueAt(value))]);
    return new SetAside(error, { name, ...Object.fromEntries(shown) });
  }
}

function nativeReading<Value extends Registered>(
  moment: Moment<Value>,
  name: string,
  values: readonly Value[],
): object {
  const device = moment.device();
  const s = device === null ? name : `${device}/${name}`;
  if (s.length > channelLengthMax) throw new FormatFault("BAD_VALUE", "the device's name is too long");
  const measured = values.map((value) => [value.as, native(moment, value)]);
  return { s, ...moment.time(), ...Object.fromEntries(measured) };
}

function native<Value extends Registered>(moment: Moment<Value>, value: Value): number | string | boolean {
  const found = moment.valueAt(value);
  if (value.as === "err") return faultCode(found);
  if (value.as === "door" || value.as === "power") return truth(found, value);
  if (typeof found !== "number") throw new FormatFault("BAD_VALUE", `${value.as} must be a number`);
  return value.as === "t" ? toCelsius(found, unitOf(moment, value)) : found;
}

function faultCode(found: unknown): string {
  if (typeof found === "string" && found.length <= 64) return found;
  throw new FormatFault("BAD_VALUE", "err must be a short text");
}

function truth(found: unknown, { as, words = { true: true, false: false } }: Registered): boolean {
  if (found === words.true) return true;
  if (found === words.false) return false;
  throw new FormatFault(
    "BAD_VALUE",
    `${as} must be ${JSON.stringify(words.true)} or ${JSON.stringify(words.false)}`,
  );
}

function unitOf<Value extends Registered>(moment: Moment<Value>, value: Value): Unit {
  if (typeof value.unit !== "object") return value.unit ?? "C";
  const stated = moment.unitAt(value);
  const { words } = value.unit;
  const unit = typeof stated === "string" && Object.hasOwn(words, stated) ? words[stated] : undefined;
  if (unit !== undefined) return unit;
  const told =
    stated === undefined
      ? "the message states no unit"
      : `the unit ${JSON.stringify(brief(stated))} is not registered`;
  throw new FormatFault("BAD_UNIT", told);
}

/** What of a value a person is shown: short, whatever it is. */
function brief(value: unknown): unknown {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  return typeof value === "string" && value.length > 100 ? `${value.slice(0, 100)}…` : value;
}
