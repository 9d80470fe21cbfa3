import { messageToSign } from "#domain/log/signature.ts";
import type { SignatureCheck } from "#services/check-signature.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { Refusal, refuseOtherKeys } from "./refusal.ts";

/** A signed message that is well-formed; whether its signature holds over the topic and the exact bytes, `check` tells. */
export interface Wrapped {
  readonly kid: string;
  readonly body: Uint8Array;
  readonly check: SignatureCheck;
}

const wrapperKeys = new Set(["v", "kid", "alg", "sig", "body"]);

/** @throws Refusal for another shape, or a key that isn't enrolled (any more) */
export function openWrapper(
  wrapper: Record<string, unknown>,
  message: InboxMessage,
  gateway: GatewayFacts,
): Wrapped {
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
  const body = bytesOf(wrapper.body, "body");
  const signature = bytesOf(wrapper.sig, "sig");
  const signed = messageToSign(message.topic, body);
  return { kid, body, check: { alg: key.alg, publicKey: key.publicKey, message: signed, signature } };
}

/** JSON carries bytes as canonical base64, CBOR may carry them as they are. */
function bytesOf(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "base64");
    if (bytes.toString("base64") === value) return bytes;
  }
  throw new Refusal("BAD_SHAPE", `${name} is not canonical base64`);
}
