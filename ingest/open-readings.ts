import { decodeReading } from "#domain/formats/decode-reading.ts";
import type { DeadLetter, DeadLetterReason } from "#store/dead-letters.ts";
import type { Channel, EquipmentFacts, GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { bootsADay, daysLeftOver } from "./admit-boots.ts";
import type { DecodedMessage } from "./decode-message.ts";
import type { SeqUse, TrackedMessage } from "./tracker.ts";

/** A reading of a known sensor that may be kept, with the place it is judged by. */
export interface Candidate {
  readonly message: InboxMessage;
  readonly index: number;
  readonly reading: Reading;
  /** `tenant/point` of the reading; several things are looked up by it. */
  readonly place: string;
  readonly equipment: EquipmentFacts | null;
  /** Whether it was sent as it was taken, not back-filled: only then does it tell of the present. */
  readonly isLive: boolean;
}

/** What a message's readings are so far: those that may be kept, and those set aside already. */
export interface OpenedMessage {
  /** Readings the message holds; an unusable message counts as one, a status as none. */
  readonly received: number;
  /** Readings of a message that came before, byte for byte. */
  readonly duplicate: number;
  readonly candidates: readonly Candidate[];
  readonly letters: readonly DeadLetter[];
}

const nothing: OpenedMessage = { received: 0, duplicate: 0, candidates: [], letters: [] };

/** Gives every reading of a message a place and a time, or its reason. `graceMs` is the time windows wait before sealing. */
export function openReadings(
  { message, decoded, use }: TrackedMessage,
  gateway: GatewayFacts | undefined,
  graceMs: number,
): OpenedMessage {
  if (decoded.kind === "status") return nothing;
  if (decoded.kind === "refused") return refusedWhole(message, gateway, decoded);
  const fault = faultIn(decoded, gateway, use);
  if (gateway === undefined || fault !== null) return refusedWhole(message, gateway, fault ?? unknownThen);
  if (decoded.position === null || use !== "again") return openEach(message, decoded, gateway, graceMs);
  const received = decoded.readings.length;
  return { received, duplicate: received, candidates: [], letters: [] };
}

interface Fault {
  readonly reason: DeadLetterReason;
  readonly detail: string;
}

const unknownThen: Fault = {
  reason: "UNKNOWN_GATEWAY",
  detail: "gateway or key was registered after this message came; no receipt covers it",
};

/** Why none of a message's readings can be taken, null when they can. */
function faultIn(
  { position }: Extract<DecodedMessage, { kind: "readings" }>,
  gateway: GatewayFacts | undefined,
  use: SeqUse,
): Fault | null {
  if (gateway === undefined) return unknownThen;
  if (position === null) return null;
  const { boot, seq } = position;
  if (use === "untracked") return unknownThen;
  if (use === "boot too many") {
    return {
      reason: "TOO_MANY_BOOTS",
      detail: `boot ${boot} is new, and there is room for ${bootsADay} a day and what was left of ${daysLeftOver} days`,
    };
  }
  if (use !== "conflict") return null;
  return { reason: "SEQ_CONFLICT", detail: `seq ${seq} of boot ${boot} held other bytes` };
}

function openEach(
  message: InboxMessage,
  decoded: Extract<DecodedMessage, { kind: "readings" }>,
  gateway: GatewayFacts,
  graceMs: number,
): OpenedMessage {
  const candidates: Candidate[] = [];
  const letters: DeadLetter[] = [];
  for (let index = 0; index < decoded.readings.length; index += 1) {
    const opened = openOne(message, decoded, gateway, { index, graceMs });
    if ("reading" in opened) candidates.push(opened);
    else letters.push(opened);
  }
  return { received: decoded.readings.length, duplicate: 0, candidates, letters };
}

function openOne(
  message: InboxMessage,
  decoded: Extract<DecodedMessage, { kind: "readings" }>,
  gateway: GatewayFacts,
  { index, graceMs }: { index: number; graceMs: number },
): Candidate | DeadLetter {
  const { receivedAt } = message;
  const value = decoded.readings[index];
  const lane = decoded.historical?.has(index) ? "hist" : message.lane;
  const result = decodeReading(value, { receivedAt, sent: decoded.sent, lane });
  if ("refused" in result) {
    return readingLetter(message, gateway.tenant, { index, value, ...result.refused });
  }
  const { taken } = result;
  const channel = gateway.channels.get(taken.channel);
  if (!channel) {
    const detail = `no sensor is registered on channel ${JSON.stringify(taken.channel)}`;
    return readingLetter(message, gateway.tenant, { index, value, reason: "UNKNOWN_SENSOR", detail });
  }
  const equipment = placeAt(channel, taken.ts);
  // Field by field, as this runs for every reading: a rest and a spread would copy twice.
  const reading: Reading = {
    tenant: gateway.tenant,
    point: channel.point,
    ts: taken.ts,
    tMilliC: taken.tMilliC,
    rhPermille: taken.rhPermille,
    door: taken.door,
    power: taken.power,
    lat: taken.lat,
    lon: taken.lon,
    err: taken.err,
    equipmentId: equipment?.id ?? "",
    receivedAt,
    inboxId: message.id,
    late: isLate(taken.ts, equipment, { receivedAt, lane }, graceMs),
    signedBy: decoded.position?.kid ?? null,
  };
  return { message, index, reading, place: channel.place, equipment, isLive: lane !== "hist" };
}

/** Where the sensor lay at that time; before its first placement, where it lies now (the verifier judges the rest). */
function placeAt(channel: Channel, ts: number): EquipmentFacts | null {
  const placement = channel.placements.findLast(
    ({ since, until }) => since <= ts && (until === null || ts < until),
  );
  return placement?.equipment ?? channel.now;
}

/** Late: after the window could be sealed, or back-filled later than the grace. */
function isLate(
  ts: number,
  equipment: EquipmentFacts | null,
  message: Pick<InboxMessage, "receivedAt" | "lane">,
  graceMs: number,
): boolean {
  if (message.lane === "hist" && message.receivedAt - ts > graceMs) return true;
  return equipment !== null && message.receivedAt >= windowEnd(ts, equipment) + graceMs;
}

/** When the window of this equipment that a time lies in ends. */
export function windowEnd(ts: number, { segmentMs }: EquipmentFacts): number {
  return Math.floor(ts / segmentMs) * segmentMs + segmentMs;
}

function refusedWhole(
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  { reason, detail }: Fault,
): OpenedMessage {
  const letter: DeadLetter = {
    tenant: gateway?.tenant ?? null,
    gateway: message.gateway,
    topic: message.topic,
    inboxId: message.id,
    readingIndex: null,
    reason,
    detail,
    payload: message.payload,
  };
  return { received: 1, duplicate: 0, candidates: [], letters: [letter] };
}

/** A dead letter for one reading; it carries that reading's JSON, the message itself stays in the inbox. */
export function readingLetter(
  message: InboxMessage,
  tenant: string,
  about: { index: number; value: unknown; reason: DeadLetterReason; detail: string },
): DeadLetter {
  return {
    tenant,
    gateway: message.gateway,
    topic: message.topic,
    inboxId: message.id,
    readingIndex: about.index,
    reason: about.reason,
    detail: about.detail,
    payload: new TextEncoder().encode(JSON.stringify(about.value)),
  };
}
