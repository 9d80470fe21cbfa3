import { type ForeignMessage, gather, isObject } from "./foreign-message.ts";
import { foreignTime } from "./foreign-time.ts";
import { FormatFault } from "./format-fault.ts";
import { valueAt } from "./json-pointer.ts";
import { nativeReadings } from "./native-readings.ts";
import type { ThingsboardSource } from "./source.ts";

/**
 * The readings of a message of ThingsBoard's gateway API: `{device: [{ts, values}, …], …}`, `ts` in epoch ms. An entry
 * without `ts` has no provable time.
 * @throws FormatFault BAD_SHAPE, TOO_MANY_READINGS for the whole message; an entry's own fault sets that one aside
 */
export function openThingsboard(
  source: ThingsboardSource,
  { content }: ForeignMessage,
  most: number,
): unknown[] {
  if (!isObject(content)) throw new FormatFault("BAD_SHAPE", "the message must be an object of devices");
  return gather(partsOf(source, content), most);
}

function* partsOf(source: ThingsboardSource, devices: Record<string, unknown>): Iterable<unknown[]> {
  for (const [device, entries] of Object.entries(devices)) {
    for (const entry of entriesOf(device, entries)) yield readingsOf(source, device, entry);
  }
}

function entriesOf(device: string, entries: unknown): unknown[] {
  if (Array.isArray(entries)) return entries;
  throw new FormatFault("BAD_SHAPE", `device ${JSON.stringify(device.slice(0, 64))} must have an array`);
}

function readingsOf(source: ThingsboardSource, device: string, entry: unknown): unknown[] {
  const wrapped = isObject(entry) && "values" in entry;
  const values = wrapped ? entry.values : entry;
  return nativeReadings(
    {
      device: () => device,
      time: () => ({ ts: foreignTime(wrapped ? entry.ts : undefined, "ms") }),
      valueAt: ({ pointer }) => valueAt(values, pointer),
      unitAt: ({ unit }) => (typeof unit === "object" ? valueAt(values, unit.pointer) : undefined),
    },
    source.values,
  );
}
