import { AppError } from "#domain/errors.ts";
import { type DecodedReading, decodeReading } from "#domain/formats/decode-reading.ts";
import { FormatFault } from "#domain/formats/format-fault.ts";
import { openForeign } from "#domain/formats/open-foreign.ts";
import { patternsOf, type Source } from "#domain/formats/source.ts";
import { type DeadLetterReason, deadLetterCures } from "#store/dead-letters.ts";
import { openSparkplug } from "./open-sparkplug.ts";
import { readContent } from "./read-content.ts";

/** A message as it would come, and when. */
interface PastedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
}

/** Bounds of a message, and how many of its readings are told. */
interface DryRunLimits {
  readonly maxBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxReadings: number;
  readonly told: number;
}

/** Why a message or a reading would be set aside, and what helps. */
export interface Refused {
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly cure: string;
}

/** What a reading would become; `values` in °C, %, degrees. */
export interface ToldReading {
  /** What the sensor's channel must be; null where the reading can't be read so far. */
  readonly channel: string | null;
  /** ISO 8601 UTC. */
  readonly at: string | null;
  /** Whose clock says so. */
  readonly placedBy: "device" | "receipt" | null;
  readonly values: Readonly<Record<string, number | boolean | string>>;
  readonly refused: Refused | null;
}

/** What a message would become; `refused` speaks of it as a whole, `readings` are the first of `count`. */
export interface DryRun {
  readonly topics: readonly string[];
  readonly refused: Refused | null;
  readonly count: number;
  readonly readings: readonly ToldReading[];
}

/** What ingestion would make of a message of this source, by the same functions; whether its sensors are registered is not asked. */
export function dryRun(source: Source, message: PastedMessage, limits: DryRunLimits): DryRun {
  const topics = patternsOf(source);
  try {
    const readings = open(source, message, limits);
    const told = readings.slice(0, limits.told).map((reading) => {
      return tell(decodeReading(reading, { receivedAt: message.receivedAt, sent: 0, lane: "data" }));
    });
    return { topics, refused: null, count: readings.length, readings: told };
  } catch (error) {
    if (!(error instanceof FormatFault) && !(error instanceof AppError)) throw error;
    return { topics, refused: refusedFor(reasonOf(error), error.message), count: 0, readings: [] };
  }
}

function open(source: Source, { topic, payload }: PastedMessage, limits: DryRunLimits): unknown[] {
  if (payload.length > limits.maxBytes) {
    throw new AppError("TOO_LARGE", `${payload.length} bytes, allowed are ${limits.maxBytes}`);
  }
  if (source.kind === "sparkplug") {
    const { readings } = openSparkplug(source, { topic, payload }, null, limits.maxReadings);
    if (readings.length > 0) return [...readings];
    throw new FormatFault("BAD_VALUE", "the message holds none of the registered metrics");
  }
  const { value: content } = readContent(payload, limits);
  return openForeign(source, { topic, content }, limits.maxReadings);
}

function reasonOf(error: FormatFault | AppError): DeadLetterReason {
  if (error instanceof FormatFault) return error.reason;
  return error.code === "TOO_LARGE" ? "TOO_LARGE" : "MALFORMED";
}

function refusedFor(reason: DeadLetterReason, detail: string): Refused {
  return { reason, detail, cure: deadLetterCures[reason] };
}

function tell(decoded: DecodedReading): ToldReading {
  if ("refused" in decoded) {
    const { reason, detail } = decoded.refused;
    return { channel: null, at: null, placedBy: null, values: {}, refused: refusedFor(reason, detail) };
  }
  const { channel, ts, placedBy, tMilliC, rhPermille, ...others } = decoded.taken;
  const measured = {
    t: tMilliC === null ? null : tMilliC / 1_000,
    rh: rhPermille === null ? null : rhPermille / 10,
    ...others,
  };
  const values = Object.entries(measured).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  const at = new Date(ts).toISOString();
  return { channel, at, placedBy, values: Object.fromEntries(values), refused: null };
}
