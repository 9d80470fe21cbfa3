import { FormatFault } from "#domain/formats/format-fault.ts";
import { openForeign } from "#domain/formats/open-foreign.ts";
import { checkSignature } from "#services/check-signature.ts";
import { checkSignatureAside } from "#services/check-signature-aside.ts";
import { type AliasMap, openSparkplug } from "#services/formats/open-sparkplug.ts";
import type { DeadLetterReason } from "#store/dead-letters.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import type { MessageLimits, MessagePosition } from "./message.ts";
import { openWrapper, type Wrapped } from "./open-wrapper.ts";
import { type ReadObject, readObject, readOrRefuse } from "./read-object.ts";
import { Refusal, refuseOtherKeys } from "./refusal.ts";

/**
 * A message that speaks for its gateway; `readings` are not looked at yet. One of a foreign source has no position: nothing
 * numbers it, and no key signs it.
 */
interface ReadingsMessage {
  readonly kind: "readings";
  readonly tenant: string;
  readonly position: MessagePosition | null;
  readonly sent: number;
  readonly readings: readonly unknown[];
  /** Those (by position) that their sender calls back-fill. */
  readonly historical?: ReadonlySet<number>;
  /** What it takes in memory, roughly: the bytes it was read from, once unpacked. */
  readonly unpackedBytes: number;
}

/** A message that can't be used. It still has a position when it came from its gateway and says which one it is. */
interface RefusedMessage {
  readonly kind: "refused";
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly tenant: string | null;
  readonly position: MessagePosition | null;
}

/** A message whose signature is checked beside this thread. */
export interface SignedMessage {
  readonly kind: "signed";
  /** What it takes in memory meanwhile, roughly. */
  readonly unpackedBytes: number;
  readonly holds: Promise<boolean>;
  /** What it turns out to be, by whether its signature holds; only this unpacks its body. */
  read(holds: boolean): DecodedMessage;
}

/** What a raw message turned out to be; a status carries no readings. */
export type DecodedMessage = ReadingsMessage | RefusedMessage | { readonly kind: "status" };

const nativeTopics = "coldmark/v1/";
const bodyKeys = new Set(["v", "boot", "seq", "sent", "readings"]);

/**
 * Judges a raw message in the order of reliability.md §5.1: topic, size, known gateway, content, signature, shape.
 * Depends on nothing but its arguments, so a second look comes to the same end. Never throws for content.
 * @param aliases what the aliases of a Sparkplug message mean, by the newest birth before it
 */
export function decodeMessage(
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  limits: MessageLimits,
  aliases: AliasMap | null = null,
): DecodedMessage {
  return orRefused(gateway, () => {
    const judged = judge(message, gateway, limits, aliases);
    return "check" in judged ? readSigned(judged, gateway, limits, checkSignature(judged.check)) : judged;
  });
}

/** As `decodeMessage`, but that signatures are checked beside this thread. */
export function decodeAside(
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  limits: MessageLimits,
  aliases: AliasMap | null = null,
): DecodedMessage | SignedMessage {
  return orRefused<DecodedMessage | SignedMessage>(gateway, () => {
    const judged = judge(message, gateway, limits, aliases);
    if (!("check" in judged)) return judged;
    return {
      kind: "signed",
      unpackedBytes: judged.check.message.length,
      holds: checkSignatureAside(judged.check),
      read: (holds) => orRefused(gateway, () => readSigned(judged, gateway, limits, holds)),
    };
  });
}

/** What a message turned out to be, once its signature is checked if it has one. */
export async function readWhenChecked(one: DecodedMessage | SignedMessage): Promise<DecodedMessage> {
  return one.kind === "signed" ? one.read(await one.holds) : one;
}

function orRefused<T>(gateway: GatewayFacts | undefined, read: () => T): T | RefusedMessage {
  try {
    return read();
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
  aliases: AliasMap | null,
): DecodedMessage | Wrapped {
  const { lane, payload, topic, receivedAt } = message;
  if (lane === "other")
    throw new Refusal("WRONG_TOPIC", `not a topic of this gateway: ${topic.slice(0, 200)}`);
  if (lane === "retained") throw new Refusal("RETAINED", "readings with MQTT's RETAIN set");
  if (payload.length > limits.maxBytes) {
    throw new Refusal("TOO_LARGE", `${payload.length} bytes, allowed are ${limits.maxBytes}`);
  }
  if (gateway === undefined) throw new Refusal("UNKNOWN_GATEWAY", "no such gateway is registered");
  if (gateway.revokedAt !== null && gateway.revokedAt <= receivedAt) {
    throw new Refusal("REVOKED_GATEWAY", "the gateway was revoked before this message came");
  }
  if (!topic.startsWith(nativeTopics)) return readForeign(message, gateway, limits, aliases);
  const outer = readObject(payload, limits);
  if (lane === "status") return { kind: "status" };
  const wrapped = "sig" in outer.fields || "body" in outer.fields;
  if (!wrapped && isSignatureRequired(gateway, receivedAt))
    throw new Refusal("SIGNATURE_REQUIRED", "the message is not signed");
  if (wrapped) return openWrapper(outer.fields, message, gateway);
  return readBody(outer, { tenant: gateway.tenant, gateway: gateway.id, kid: null }, limits.maxReadings);
}

function readSigned(
  { kid, body }: Wrapped,
  gateway: GatewayFacts | undefined,
  limits: MessageLimits,
  holds: boolean,
): DecodedMessage {
  if (!holds || gateway === undefined) {
    throw new Refusal("BAD_SIGNATURE", "the signature does not hold for this topic and body");
  }
  const from = { tenant: gateway.tenant, gateway: gateway.id, kid };
  return readBody(readObject(body, limits), from, limits.maxReadings);
}

function isSignatureRequired(gateway: GatewayFacts, receivedAt: number): boolean {
  return gateway.signatureRequired && (gateway.signatureRequiredSince ?? receivedAt) <= receivedAt;
}

/** What a message on a topic of the gateway's registered source says, in the form of native readings. */
function readForeign(
  { topic, payload }: InboxMessage,
  { tenant, source, signatureRequired }: GatewayFacts,
  limits: MessageLimits,
  aliases: AliasMap | null,
): DecodedMessage {
  if (source === null || signatureRequired) {
    throw new Refusal("WRONG_TOPIC", `the gateway has no source for this topic: ${topic.slice(0, 200)}`);
  }
  try {
    if (source.kind === "sparkplug") {
      const opened = openSparkplug(source, { topic, payload }, aliases, limits.maxReadings);
      if (opened.readings.length === 0) return { kind: "status" };
      return { kind: "readings", tenant, position: null, sent: 0, ...opened, unpackedBytes: payload.length };
    }
    const { value: content, unpackedBytes } = readOrRefuse(payload, limits);
    const readings = openForeign(source, { topic, content }, limits.maxReadings);
    return { kind: "readings", tenant, position: null, sent: 0, readings, unpackedBytes };
  } catch (error) {
    if (!(error instanceof FormatFault)) throw error;
    throw new Refusal(error.reason, error.message);
  }
}

function readBody(
  { fields: body, unpackedBytes }: ReadObject,
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
  return { kind: "readings", tenant: from.tenant, position, sent, readings, unpackedBytes };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}
