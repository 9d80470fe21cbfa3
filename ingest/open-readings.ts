import { decodeReading } from "#domain/formats/decode-reading.ts";
import type { DeadLetter, DeadLetterReason } from "#store/dead-letters.ts";
import type { Channel, EquipmentFacts, GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import type { TouchedWindow } from "#store/late-windows.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { bootsMax } from "./admit-boots.ts";
import type { DecodedMessage } from "./decode-message.ts";
import type { TrackedMessage } from "./tracker.ts";

/** A reading of a known sensor that may be kept, with the place it is judged by. */
export interface Candidate {
  readonly message: InboxMessage;
  readonly index: number;
  readonly reading: Reading;
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

/** Gives every reading of a message a place and a time, or its reason. `graceMs` is the time windows wait before sealing. */
export function openReadings(
  { message, decoded, use }: TrackedMessage,
  gateway: GatewayFacts | undefined,
  graceMs: number,
): OpenedMessage {
  if (decoded.kind === "status") return { received: 0, duplicate: 0, candidates: [], letters: [] };
  const setAside = (reason: DeadLetterReason, detail: string) =>
    refusedWhole(message, gateway, reason, detail);
  if (decoded.kind === "refused") return setAside(decoded.reason, decoded.detail);
  if (gateway && decoded.position === null) return openEach(message, decoded, gateway, graceMs);
  if (!gateway || decoded.position === null || use === "untracked") {
    return setAside(
      "UNKNOWN_GATEWAY",
      "gateway or key was registered after this message came; no receipt covers it",
    );
  }
  if (use === "boot too many") {
    return setAside(
      "TOO_MANY_BOOTS",
      `boot ${decoded.position.boot} is new, and ${bootsMax} are kept already`,
    );
  }
  if (use === "conflict") {
    return setAside(
      "SEQ_CONFLICT",
      `seq ${decoded.position.seq} of boot ${decoded.position.boot} held other bytes`,
    );
  }
  const received = decoded.readings.length;
  if (use === "again") return { received, duplicate: received, candidates: [], letters: [] };
  return openEach(message, decoded, gateway, graceMs);
}

function openEach(
  message: InboxMessage,
  decoded: Extract<DecodedMessage, { kind: "readings" }>,
  gateway: GatewayFacts,
  graceMs: number,
): OpenedMessage {
  const candidates: Candidate[] = [];
  const letters: DeadLetter[] = [];
  for (const [index, value] of decoded.readings.entries()) {
    const opened = openOne(message, decoded, gateway, { index, value, graceMs });
    if ("reading" in opened) candidates.push(opened);
    else letters.push(opened);
  }
  return { received: decoded.readings.length, duplicate: 0, candidates, letters };
}

function openOne(
  message: InboxMessage,
  decoded: Extract<DecodedMessage, { kind: "readings" }>,
  gateway: GatewayFacts,
  { index, value, graceMs }: { index: number; value: unknown; graceMs: number },
): Candidate | DeadLetter {
  const { receivedAt } = message;
  const lane = decoded.historical?.has(index) ? "hist" : message.lane;
  const result = decodeReading(value, { receivedAt, sent: decoded.sent, lane });
  if ("refused" in result) {
    return readingLetter(message, gateway.tenant, { index, value, ...result.refused });
  }
  const { channel: name, placedBy: _, ...values } = result.taken;
  const channel = gateway.channels.get(name);
  if (!channel) {
    const detail = `no sensor is registered on channel ${JSON.stringify(name)}`;
    return readingLetter(message, gateway.tenant, { index, value, reason: "UNKNOWN_SENSOR", detail });
  }
  const equipment = placeAt(channel, values.ts);
  const reading: Reading = {
    tenant: gateway.tenant,
    point: channel.point,
    ...values,
    equipmentId: equipment?.id ?? "",
    receivedAt,
    inboxId: message.id,
    late: isLate(values.ts, equipment, { receivedAt, lane }, graceMs),
    signedBy: decoded.position?.kid ?? null,
  };
  return { message, index, reading, equipment, isLive: lane !== "hist" };
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

function windowEnd(ts: number, { segmentMs }: EquipmentFacts): number {
  return Math.floor(ts / segmentMs) * segmentMs + segmentMs;
}

/** The window of its equipment that a reading lies in. */
export function windowOf({ reading, equipment }: Candidate): TouchedWindow | null {
  if (!equipment) return null;
  const toMs = windowEnd(reading.ts, equipment);
  return { tenant: reading.tenant, equipmentId: equipment.id, fromMs: toMs - equipment.segmentMs, toMs };
}

function refusedWhole(
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  reason: DeadLetterReason,
  detail: string,
): OpenedMessage {
  const letter: DeadLetter = {
    tenant: gateway?.tenant ?? null,
    gateway: message.gateway,
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
    inboxId: message.id,
    readingIndex: about.index,
    reason: about.reason,
    detail: about.detail,
    payload: new TextEncoder().encode(JSON.stringify(about.value)),
  };
}
