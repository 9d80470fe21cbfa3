import { gather } from "#domain/formats/foreign-message.ts";
import { FormatFault, SetAside } from "#domain/formats/format-fault.ts";
import { nativeReadings } from "#domain/formats/native-readings.ts";
import { patternsOf, type SparkplugSource } from "#domain/formats/source.ts";
import { isTopicOf } from "#domain/formats/topic-pattern.ts";
import { type Metric, readSparkplug, type SparkplugPayload } from "./sparkplug-payload.ts";

/** What a birth says of its metrics: name and datatype by alias. */
export type AliasMap = ReadonlyMap<number, { readonly name: string; readonly datatype: number | null }>;

/** The kinds of message an edge node sends, for itself (N) or a device (D). */
export type SparkplugType = "NBIRTH" | "NDATA" | "NDEATH" | "DBIRTH" | "DDATA" | "DDEATH";

/** Who a message speaks for; `device` null for the node itself. */
export interface SparkplugTopic {
  readonly type: SparkplugType;
  readonly device: string | null;
}

/** Readings as native ones, and which of them (by position) the node calls historical. */
export interface SparkplugReadings {
  readonly readings: readonly unknown[];
  readonly historical: ReadonlySet<number>;
}

/** What a topic of the source says. @throws FormatFault WRONG_TOPIC */
export function readSparkplugTopic(source: SparkplugSource, topic: string): SparkplugTopic {
  if (!patternsOf(source).some((pattern) => isTopicOf(pattern, topic))) {
    throw new FormatFault("WRONG_TOPIC", "not a topic of this gateway's edge node");
  }
  const [, , type, , device = null] = topic.split("/");
  return { type: type as SparkplugType, device };
}

/**
 * The registered metrics of a message as readings; none for a death, or where it holds no registered metric. `birth` is the
 * newest birth of the node or device before this message, null where there is none.
 * @throws FormatFault WRONG_TOPIC, BAD_SHAPE, TOO_MANY_READINGS where the message as a whole can't be used
 */
export function openSparkplug(
  source: SparkplugSource,
  message: { readonly topic: string; readonly payload: Uint8Array },
  birth: AliasMap | null,
  most: number,
): SparkplugReadings {
  const { type, device } = readSparkplugTopic(source, message.topic);
  const payload = readSparkplug(message.payload);
  if (type.endsWith("DEATH")) return { readings: [], historical: new Set() };
  const { moments, strays } = momentsOf(source, payload, type.endsWith("DATA") ? birth : null);
  const parts = [...moments.map((moment) => readingsOf(source, device, moment)), strays];
  if (parts.every((part) => part.length === 0)) return { readings: [], historical: new Set() };
  const readings = gather(parts, most);
  const historical = moments.flatMap((moment, at) => (parts[at] ?? []).map(() => moment.isHistorical));
  return { readings, historical: new Set(historical.flatMap((is, at) => (is ? [at] : []))) };
}

interface SparkplugMoment {
  readonly timestamp: number | null;
  readonly isHistorical: boolean;
  readonly values: Map<string, unknown>;
}

/** Registered metrics of one time belong together; the same metric again at that time stands for itself. */
function momentsOf(source: SparkplugSource, payload: SparkplugPayload, birth: AliasMap | null) {
  const registered = new Set(source.values.map(({ metric }) => metric));
  const moments: SparkplugMoment[] = [];
  const openOf = new Map<string, SparkplugMoment>();
  const strays: unknown[] = [];
  for (const metric of payload.metrics) {
    const known = metric.alias === null ? undefined : birth?.get(metric.alias);
    const name = metric.name ?? known?.name;
    if (name === undefined) strays.push(stray(metric));
    if (name === undefined || !registered.has(name)) continue;
    const timestamp = metric.timestamp ?? payload.timestamp;
    const key = `${timestamp} ${metric.isHistorical}`;
    let moment = openOf.get(key);
    if (moment === undefined || moment.values.has(name)) {
      moment = { timestamp, isHistorical: metric.isHistorical, values: new Map() };
      moments.push(moment);
      openOf.set(key, moment);
    }
    moment.values.set(name, typed(metric, metric.datatype ?? known?.datatype ?? null));
  }
  return { moments, strays };
}

/** A metric by an alias that no birth gave a name. */
function stray({ alias }: Metric): SetAside {
  const detail = `no birth before this message names alias ${alias}: a rebirth is asked for`;
  return new SetAside(new FormatFault("BAD_SHAPE", detail), { alias });
}

function readingsOf(source: SparkplugSource, device: string | null, moment: SparkplugMoment): unknown[] {
  return nativeReadings(
    {
      device: () => device,
      time: () => {
        if (moment.timestamp === null) throw new FormatFault("NO_CLOCK", "the metric has no timestamp");
        return { ts: moment.timestamp };
      },
      valueAt: ({ metric }) => moment.values.get(metric),
      unitAt: () => undefined,
    },
    source.values,
  );
}

/** Bits of the signed types Int8, Int16, Int32 and Int64 (§6.4.16), which the wire carries unsigned. */
const signedBits: Readonly<Record<number, number>> = { 1: 8, 2: 16, 3: 32, 4: 64 };

function typed({ value }: Metric, datatype: number | null): unknown {
  if (value === null) return null;
  const bits = signedBits[datatype ?? 0];
  const { value: raw } = value;
  if (typeof raw === "bigint") return Number(bits === undefined ? raw : BigInt.asIntN(64, raw));
  if (value.field !== "int" || bits === undefined || typeof raw !== "number") return raw;
  if (raw >= 2 ** 31) return raw - 2 ** 32;
  return raw >= 2 ** (bits - 1) ? raw - 2 ** bits : raw;
}
