import { createHash } from "node:crypto";
import { concatBytes, fromBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { type DecodedMessage, decodeMessage } from "#ingest/decode-message.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { AnswerSeen, MessageSeen, Sighting, StatusSeen } from "./sighting.ts";

/** What the watcher is told: the gateway, its enrolled keys, and the keys that our receipts and commands are signed with. */
export interface Watched {
  readonly gateway: string;
  readonly keys: GatewayFacts["keys"];
  readonly receiptKeys: readonly { readonly kid: string; readonly publicKey: Uint8Array }[];
}

/** A packet as the broker brings it; `isOld` when the broker kept it from before the subscription. */
export interface Packet {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
  readonly retain: boolean;
  readonly isOld: boolean;
  /** Whether the broker itself sent it, as last will; null where a broker doesn't tell. */
  readonly isWill: boolean | null;
  readonly at: number;
}

const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000 };
const answerLimits = { maxBytes: 65_536, maxDepth: 6 };
const signatureReasons = new Set(["SIGNATURE_REQUIRED", "UNKNOWN_KEY", "BAD_SIGNATURE"]);
const values = ["t", "rh", "door", "power", "lat", "lon", "err"];

/** What a packet is; null for a receipt or command that isn't ours, or a topic that isn't the gateway's. */
export function observe(watched: Watched, packet: Packet): Sighting | null {
  const level = packet.topic.split("/").at(-1);
  if (packet.topic !== `coldmark/v1/${watched.gateway}/${level}`) return null;
  if (level === "data" || level === "hist") return seeMessage(watched, packet, level);
  if (level === "status") return seeStatus(packet);
  return level === "receipt" || level === "command" ? seeAnswer(watched, packet, level) : null;
}

/** The same judge as the server's. A message whose signature fails is read once more, for which one it says it is. */
function seeMessage(watched: Watched, packet: Packet, lane: "data" | "hist"): MessageSeen {
  const hash = createHash("sha256").update(packet.payload).digest();
  const found = decode(watched, packet, lane, packet.payload, watched.keys.size > 0);
  const isUnsigned = found.kind === "refused" && signatureReasons.has(found.reason);
  const read = isUnsigned ? decode(watched, packet, lane, bodyOf(packet.payload), false) : found;
  const readings = read.kind === "readings" ? read.readings : [];
  const bad = readings.find((reading) => !isReading(reading));
  const refusal = read.kind === "refused" ? `${read.reason}: ${read.detail}` : null;
  const { at, qos, retain } = packet;
  return {
    ...{ kind: "message", at, lane, qos, retain, hash: hash.toString("hex"), readings },
    position: read.kind === "status" ? null : read.position,
    sent: read.kind === "readings" ? read.sent : 0,
    isSigned: read.kind !== "status" && typeof read.position?.kid === "string",
    shapeFault: refusal ?? (bad === undefined ? null : `a reading that is none: ${JSON.stringify(bad)}`),
    signatureFault: isUnsigned ? `${found.reason}: ${found.detail}` : null,
  };
}

function decode(
  { gateway, keys }: Watched,
  { topic, at }: Packet,
  lane: string,
  payload: Uint8Array,
  signatureRequired: boolean,
): DecodedMessage {
  const facts = {
    tenant: "",
    id: gateway,
    signatureRequired,
    revokedAt: null,
    keys,
    source: null,
    channels: new Map(),
  };
  const message = {
    id: 0,
    receivedAt: at,
    gateway,
    topic,
    lane,
    door: "",
    sha256: new Uint8Array(),
    payload,
  };
  return decodeMessage(message, facts, limits);
}

/** The body in a wrapper, else the payload as it is. */
function bodyOf(payload: Uint8Array): Uint8Array {
  try {
    const { body } = JSON.parse(Buffer.from(payload).toString("utf8")) as { body?: unknown };
    return typeof body === "string" ? fromBase64(body) : payload;
  } catch {
    return payload;
  }
}

function isReading(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { s, ts, up } = value as Record<string, unknown>;
  const isTimed = Number.isSafeInteger(ts) || Number.isSafeInteger(up);
  return typeof s === "string" && isTimed && values.some((name) => name in value);
}

function seeStatus({ payload, at, retain, isOld, isWill }: Packet): StatusSeen {
  const status = parse(payload);
  const online = typeof status?.online === "boolean" ? status.online : null;
  return { kind: "status", at, online, retain, isOld, isWill };
}

function seeAnswer(
  { receiptKeys }: Watched,
  { topic, payload, at }: Packet,
  kind: "receipt" | "command",
): AnswerSeen | null {
  const { sig, ...statement } = parse(payload) ?? {};
  const key = receiptKeys.find(({ kid }) => kid === statement.kid);
  if (key === undefined || typeof sig !== "string") return null;
  const zero = Uint8Array.of(0);
  const signed = [utf8(`coldmark/${kind}/1`), zero, utf8(topic), zero, utf8(canonicalize(statement))];
  if (!verifySignature("Ed25519", key.publicKey, concatBytes(...signed), signatureOf(sig))) return null;
  const { boot, upTo, also, ranges } = statement;
  if (typeof boot !== "number") return null;
  return { kind, at, boot, ranges: kind === "receipt" ? rangesOf([[0, upTo]], also) : rangesOf(ranges) };
}

/** The ranges in lists of pairs of whole numbers; whatever is none is left out. */
function rangesOf(...lists: readonly unknown[]): AnswerSeen["ranges"] {
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isRange) : []));
}

function isRange(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);
}

function signatureOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}

function parse(payload: Uint8Array): Record<string, unknown> | null {
  try {
    const value = parseStrictJson(Buffer.from(payload).toString("utf8"), answerLimits);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
