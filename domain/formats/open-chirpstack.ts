import { type ForeignMessage, gather, isObject } from "./foreign-message.ts";
import { foreignTime } from "./foreign-time.ts";
import { FormatFault } from "./format-fault.ts";
import { valueAt } from "./json-pointer.ts";
import { nativeReadings } from "./native-readings.ts";
import type { ChirpstackSource } from "./source.ts";

/** `…/application/{id}/device/{devEui}/event/up`: the level of the devEui from the end. */
const deviceLevel = -3;

/**
 * The readings of an uplink of ChirpStack v4 (JSON encoding): values lie in `object`, which a codec there made of the
 * payload; the time is the network server's.
 * @throws FormatFault BAD_SHAPE for the whole message; a value's own fault sets that reading aside
 */
export function openChirpstack(source: ChirpstackSource, message: ForeignMessage, most: number): unknown[] {
  const { topic, content } = message;
  const device = topic.split("/").at(deviceLevel) ?? "";
  if (!isObject(content)) throw new FormatFault("BAD_SHAPE", "the message must be an uplink event");
  checkUplink(content, device);
  const { object, time } = content;
  const moment = {
    device: () => device,
    time: () => ({ ts: foreignTime(time, "iso") }),
    valueAt: ({ pointer }: { pointer: string }) => valueAt(object, pointer),
    unitAt: ({ unit }: { unit?: unknown }) =>
      isObject(unit) && typeof unit.pointer === "string" ? valueAt(object, unit.pointer) : undefined,
  };
  return gather([nativeReadings(moment, source.values)], most);
}

function checkUplink(uplink: Record<string, unknown>, device: string): void {
  const { deviceInfo, deduplicationId, fCnt, object } = uplink;
  const own = isObject(deviceInfo) ? deviceInfo.devEui : undefined;
  if (own !== device) throw new FormatFault("BAD_SHAPE", "deviceInfo.devEui must be the one of the topic");
  if (typeof deduplicationId !== "string") throw new FormatFault("BAD_SHAPE", "deduplicationId is missing");
  // A counter of zero is left out by ChirpStack's JSON.
  if (fCnt !== undefined && !(Number.isSafeInteger(fCnt) && Number(fCnt) >= 0)) {
    throw new FormatFault("BAD_SHAPE", "fCnt must be a whole number");
  }
  if (!isObject(object)) {
    throw new FormatFault("BAD_SHAPE", "there is no decoded object: give the device's profile a codec");
  }
}
