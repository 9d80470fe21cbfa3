import { AppError } from "#domain/errors.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { messageToSign } from "#domain/log/signature.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { checkSignature } from "#services/check-signature.ts";
import type { DeadLetterReason } from "#store/dead-letters.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";

/** Bounds of one message: raw bytes and number of readings. */
export interface MessageLimits {
  readonly maxBytes: number;
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

/** A message that speaks for its gateway; `readings` are not looked at yet. */
interface ReadingsMessage {
  readonly kind: "readings";
  readonly position: MessagePosition;
  readonly sent: number;
  readonly readings: readonly unknown[];
}

/** A message that can't be used. It still has a position when it came from its gateway and says which one it is. */
interface RefusedMessage {
  readonly kind: "refused";
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly tenant: string | null;
  readonly position: MessagePosition | null;
}

/** What a raw message turned out to be; a status carries no readings. */
export type DecodedMessage = ReadingsMessage | RefusedMessage | { readonly kind: "status" };

const depthMax = 8;
const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const bodyKeys = new Set(["v", "boot", "seq", "sent", "readings"]);
const wrapperKeys = new Set(["v", "kid", "alg", "sig", "body"]);

class Refusal extends Error {
  readonly reason: DeadLetterReason;
  readonly position: MessagePosition | null;

  constructor(reason: DeadLetterReason, detail: string, position: MessagePosition | null = null) {
    super(detail);
    this.reason = reason;
    this.position = position;
  }
}

/**
 * Judges a raw message in the order of reliability.md §5.1: topic, size, known gateway, strict JSON, signature, shape.
 * Depends on nothing but its arguments, so a second look comes to the same end. Never throws for content.
 */
export function decodeMessage(
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  limits: MessageLimits,
): DecodedMessage {
  try {
    return judge(message, gateway, limits);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, position } = error;
    return { kind: "refused", reason, detail: error.message, tenant: gateway?.tenant ?? null, position };
  }
}

function judge(
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  limits: MessageLimits,
): DecodedMessage {
  const { lane, payload, topic, receivedAt } = message;
  if (lane === "other")
    throw new Refusal("WRONG_TOPIC", `not a topic of this gateway: ${topic.slice(0, 200)}`);
  if (payload.length > limits.maxBytes) {
    throw new Refusal("TOO_LARGE", `${payload.length} bytes, allowed are ${limits.maxBytes}`);
  }
  if (gateway === undefined) throw new Refusal("UNKNOWN_GATEWAY", "no such gateway is registered");
  if (gateway.revokedAt !== null && gateway.revokedAt <= receivedAt) {
    throw new Refusal("REVOKED_GATEWAY", "the gateway was revoked before this message came");
  }
  const outer = parseObject(payload, limits.maxBytes);
  if (lane === "status") return { kind: "status" };
  const wrapped = "sig" in outer || "body" in outer;
  if (!wrapped && isSignatureRequired(gateway, receivedAt))
    throw new Refusal("SIGNATURE_REQUIRED", "the message is not signed");
  const { body, kid } = wrapped
    ? openWrapper(outer, message, gateway, limits.maxBytes)
    : { body: outer, kid: null };
  return readBody(body, { tenant: gateway.tenant, gateway: gateway.id, kid }, limits.maxReadings);
}

function isSignatureRequired(gateway: GatewayFacts, receivedAt: number): boolean {
  return gateway.signatureRequired && (gateway.signatureRequiredSince ?? receivedAt) <= receivedAt;
}

function parseObject(bytes: Uint8Array, maxBytes: number): Record<string, unknown> {
  const value = parseBytes(bytes, maxBytes);
  if (isObject(value)) return value;
  throw new Refusal("BAD_SHAPE", "the message is not a JSON object");
}

function parseBytes(bytes: Uint8Array, maxBytes: number): unknown {
  try {
    return parseStrictJson(utf8Strict.decode(bytes), { maxBytes, maxDepth: depthMax });
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal("MALFORMED", "not UTF-8");
    if (error instanceof AppError) throw new Refusal("MALFORMED", error.message);
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The body of a signed message, once the signature holds over the topic and the exact bytes. */
function openWrapper(
  wrapper: Record<string, unknown>,
  message: InboxMessage,
  gateway: GatewayFacts,
  maxBytes: number,
): { body: Record<string, unknown>; kid: string } {
  refuseOtherKeys(wrapper, wrapperKeys);
  const { v, kid, alg } = wrapper;
  if (v !== 1 || typeof kid !== "string")
    throw new Refusal("BAD_SHAPE", "a signed message needs v 1 and kid");
  const key = gateway.keys.get(kid);
  if (!key) throw new Refusal("UNKNOWN_KEY", "no such key is enrolled for this gateway");
  if (key.revokedAt !== null && key.revokedAt <= message.receivedAt) {
    throw new Refusal("UNKNOWN_KEY", "the key was revoked before this message came");
  }
  if (alg !== key.alg) throw new Refusal("BAD_SIGNATURE", `the key is enrolled for ${key.alg}`);
  const bytes = decodeBase64(wrapper.body, "body");
  const signature = decodeBase64(wrapper.sig, "sig");
  if (!checkSignature(key.alg, key.publicKey, messageToSign(message.topic, bytes), signature)) {
    throw new Refusal("BAD_SIGNATURE", "the signature does not hold for this topic and body");
  }
  return { body: parseObject(bytes, maxBytes), kid };
}

function decodeBase64(value: unknown, name: string): Uint8Array {
  try {
    if (typeof value === "string") return fromBase64(value);
  } catch {
    // told below in the words of the message's maker
  }
  throw new Refusal("BAD_SHAPE", `${name} is not canonical base64`);
}

function readBody(
  body: Record<string, unknown>,
  from: Omit<MessagePosition, "boot" | "seq">,
  maxReadings: number,
): DecodedMessage {
  const { v, boot, seq, sent, readings } = body;
  if (v !== 1 || !isCount(boot) || !isCount(seq)) {
    throw new Refusal("BAD_SHAPE", "v must be 1; boot and seq must be whole numbers from 1 to 2^53 - 1");
  }
  const position = { ...from, boot, seq };
  refuseOtherKeys(body, bodyKeys, position);
  if (typeof sent !== "number" || !Number.isSafeInteger(sent) || sent < 0) {
    throw new Refusal("BAD_SHAPE", "sent must be a whole number of ms", position);
  }
  if (!Array.isArray(readings)) throw new Refusal("BAD_SHAPE", "readings must be an array", position);
  if (readings.length < 1 || readings.length > maxReadings) {
    throw new Refusal(
      "TOO_MANY_READINGS",
      `${readings.length} readings, allowed are 1 to ${maxReadings}`,
      position,
    );
  }
  return { kind: "readings", position, sent, readings };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function refuseOtherKeys(
  value: Record<string, unknown>,
  known: ReadonlySet<string>,
  position: MessagePosition | null = null,
): void {
  const other = Object.keys(value).find((key) => !known.has(key));
  if (other !== undefined)
    throw new Refusal("BAD_SHAPE", `unknown key ${JSON.stringify(other.slice(0, 64))}`, position);
}
