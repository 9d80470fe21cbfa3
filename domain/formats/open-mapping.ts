import { type ForeignMessage, gather } from "./foreign-message.ts";
import { foreignTime } from "./foreign-time.ts";
import { FormatFault } from "./format-fault.ts";
import { valueAt } from "./json-pointer.ts";
import { type Moment, nativeReadings } from "./native-readings.ts";
import type { MappingSource, Place, SourceValue } from "./source.ts";

/**
 * The readings of any JSON message by a registered mapping.
 * @throws FormatFault BAD_SHAPE, TOO_MANY_READINGS for the whole message; a reading's own fault sets that one aside
 */
export function openMapping(source: MappingSource, message: ForeignMessage, most: number): unknown[] {
  const found = valueAt(message.content, source.readings);
  if (typeof found !== "object" || found === null) {
    throw new FormatFault(
      "BAD_SHAPE",
      `no reading and no array of readings at ${JSON.stringify(source.readings)}`,
    );
  }
  return gather(partsOf(source, message, found), most);
}

function* partsOf(source: MappingSource, message: ForeignMessage, found: object): Iterable<unknown[]> {
  for (const entry of Array.isArray(found) ? (found as unknown[]) : [found]) {
    yield nativeReadings(momentOf(source, message, entry), source.values);
  }
}

function momentOf(
  source: MappingSource,
  { topic, content }: ForeignMessage,
  entry: unknown,
): Moment<SourceValue> {
  const at = (place: Place) => valueAt(place.in === "message" ? content : entry, place.pointer);
  return {
    device: () => deviceOf(source, topic, at),
    time: () => ("from" in source.time ? { up: 0 } : { ts: foreignTime(at(source.time), source.time.unit) }),
    valueAt: (value) => valueAt(entry, value.pointer),
    unitAt: ({ unit }) => (typeof unit === "object" ? at(unit) : undefined),
  };
}

function deviceOf({ device }: MappingSource, topic: string, at: (place: Place) => unknown): string | null {
  if (device === undefined) return null;
  const name = "level" in device ? topic.split("/")[device.level - 1] : at(device);
  if (typeof name === "string" && name !== "") return name;
  if (typeof name === "number" && Number.isSafeInteger(name)) return String(name);
  throw new FormatFault("BAD_SHAPE", "the reading names no device");
}
