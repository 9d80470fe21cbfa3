import { Root } from "protobufjs/light.js";
import { FormatFault } from "#domain/formats/format-fault.ts";

/** A metric of a payload; `datatype` where the message gives it, `value` null where it says so or holds what we don't read. */
export interface Metric {
  readonly name: string | null;
  readonly alias: number | null;
  readonly timestamp: number | null;
  readonly datatype: number | null;
  readonly isHistorical: boolean;
  readonly value: RawValue | null;
}

/** A value as the wire has it: whole numbers are unsigned there, whatever their type. */
interface RawValue {
  readonly field: "int" | "long" | "float" | "double" | "boolean" | "string";
  readonly value: number | bigint | boolean | string;
}

/** A Sparkplug B payload; times in epoch ms. */
export interface SparkplugPayload {
  readonly timestamp: number | null;
  readonly seq: number | null;
  readonly metrics: readonly Metric[];
}

const field = (type: string, id: number, rule?: "repeated") => ({ type, id, ...(rule && { rule }) });

/** A zero that is there must not look like one that isn't: 0 °C, seq 0. */
const edition = "proto2";

/** The fields of Sparkplug 3.0 §6.4 that we read; all others are skipped. */
const payloadType = Root.fromJSON({
  nested: {
    Payload: {
      edition,
      fields: {
        timestamp: field("uint64", 1),
        metrics: field("Metric", 2, "repeated"),
        seq: field("uint64", 3),
      },
    },
    Metric: {
      edition,
      fields: {
        name: field("string", 1),
        alias: field("uint64", 2),
        timestamp: field("uint64", 3),
        datatype: field("uint32", 4),
        isHistorical: field("bool", 5),
        isNull: field("bool", 7),
        int: field("uint32", 10),
        long: field("uint64", 11),
        float: field("float", 12),
        double: field("double", 13),
        boolean: field("bool", 14),
        string: field("string", 15),
      },
    },
  },
}).lookupType("Payload");

const valueFields = ["int", "long", "float", "double", "boolean", "string"] as const;
const metricsMax = 20_000;

/** Reads a payload's bytes. @throws FormatFault BAD_SHAPE for what is none, or has more than 20,000 metrics */
export function readSparkplug(bytes: Uint8Array): SparkplugPayload {
  const message = decode(bytes);
  const metrics = Array.isArray(message.metrics) ? message.metrics : [];
  if (metrics.length > metricsMax) throw new FormatFault("BAD_SHAPE", `more than ${metricsMax} metrics`);
  return {
    timestamp: own(message, "timestamp", whole),
    seq: own(message, "seq", whole),
    metrics: metrics.map((metric: Record<string, unknown>) => ({
      name: own(metric, "name", String),
      alias: own(metric, "alias", whole),
      timestamp: own(metric, "timestamp", whole),
      datatype: own(metric, "datatype", Number),
      isHistorical: own(metric, "isHistorical", Boolean) ?? false,
      value: rawValue(metric),
    })),
  };
}

/** Whatever the reader trips over, nested groups without end included, the bytes are no payload. */
function decode(bytes: Uint8Array): Record<string, unknown> {
  try {
    return payloadType.decode(bytes) as unknown as Record<string, unknown>;
  } catch {
    throw new FormatFault("BAD_SHAPE", "not a Sparkplug B payload");
  }
}

/** A field that is there; one that isn't shows its default through the prototype. */
function own<Value>(message: object, name: string, as: (value: unknown) => Value): Value | null {
  return Object.hasOwn(message, name) ? as((message as Record<string, unknown>)[name]) : null;
}

/** Of 64 bits, which the reader may give as an object; beyond 2^53 no id or time of ours. */
function whole(value: unknown): number {
  return Number(String(value));
}

function rawValue(metric: Record<string, unknown>): RawValue | null {
  if (own(metric, "isNull", Boolean)) return null;
  const found = valueFields.find((name) => Object.hasOwn(metric, name));
  if (found === undefined) return null;
  const value = metric[found];
  return { field: found, value: found === "long" ? BigInt(String(value)) : (value as RawValue["value"]) };
}

const booleanType = 11;

/** The payload of a command that asks a node for a rebirth: no seq, one metric, both with the time (§6.4, §5.11). */
export function encodeRebirth(now: number): Uint8Array {
  const metric = { name: "Node Control/Rebirth", timestamp: now, datatype: booleanType, boolean: true };
  return payloadType.encode({ timestamp: now, metrics: [metric] }).finish();
}
