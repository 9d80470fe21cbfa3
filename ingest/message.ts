/**
 * Which stream of a gateway a message belongs to; `other` is a topic that no gateway may use, `retained` one for readings
 * with a message that a broker may hand out again at any time.
 */
export type Lane = "data" | "hist" | "status" | "retained" | "other";

/** A message as a door hands it over. `gateway` is who the broker says it came from, never what the payload says. */
export interface InboundMessage {
  readonly gateway: string;
  readonly topic: string;
  readonly lane: Lane;
  readonly payload: Uint8Array;
  readonly door: "collector" | "embedded";
  readonly receivedAt: number;
}

const topicPattern = /^coldmark\/v1\/([a-z0-9][a-z0-9-]{1,39})\/(data|hist|status)$/;

/** The gateway and lane in a topic a gateway publishes to (design §4), null for any other topic. No normalisation. */
export function parseTopic(topic: string): { gateway: string; lane: Lane } | null {
  const match = topicPattern.exec(topic);
  return match?.[1] === undefined ? null : { gateway: match[1], lane: match[2] as Lane };
}

/** The lane of a message with MQTT's RETAIN set: only a status may be kept for who comes later (reliability.md M11). */
export function retainedLane(lane: Lane): Lane {
  return lane === "data" || lane === "hist" ? "retained" : lane;
}

/** The topic on which a gateway hears what is durable. */
export function receiptTopic(gateway: string): string {
  return `coldmark/v1/${gateway}/receipt`;
}

/** The topic on which a gateway hears commands. */
export function commandTopic(gateway: string): string {
  return `coldmark/v1/${gateway}/command`;
}

/** The topic on which a gateway, or its last will, says whether it is there. */
export function statusTopic(gateway: string): string {
  return `coldmark/v1/${gateway}/status`;
}

/** Bounds of one message: raw bytes, bytes once unpacked, and number of readings. */
export interface MessageLimits {
  readonly maxBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxReadings: number;
}

/** Which message of a gateway this is; `kid` names the key whose signature held, null for an unsigned one. */
export interface MessagePosition {
  readonly tenant: string;
  readonly gateway: string;
  readonly boot: number;
  readonly seq: number;
  readonly kid: string | null;
}
