/** Commands as a gateway obeys them: signed by a known receipt key for this very topic, under a counter that rises (design §4). */
import { concatBytes, fromBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import type { ReceiptKey } from "./receipt.ts";
import { holdsFor } from "./sign.ts";

/** What a gateway is asked to send again: ranges of one boot, both ends included. */
export interface Resend {
  readonly counter: number;
  readonly boot: number;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

const limits = { maxBytes: 65_536, maxDepth: 6 };
const rangesMax = 100;

/** The command in a payload; null when it is ill-formed, unknown, from an unknown key or not signed for this topic. */
export function openCommand(topic: string, payload: Uint8Array, keys: readonly ReceiptKey[]): Resend | null {
  try {
    const value = parseStrictJson(new TextDecoder().decode(payload), limits) as Record<string, unknown>;
    const { sig, ...statement } = value;
    const key = keys.find(({ kid }) => kid === statement.kid);
    if (!key || typeof sig !== "string" || !isResend(statement)) return null;
    const message = commandMessage(topic, statement);
    return holdsFor(key.publicKey, message, fromBase64(sig)) ? statement : null;
  } catch {
    return null;
  }
}

/** The bytes that a command's signature covers: "coldmark/command/1" ‖ 0x00 ‖ topic ‖ 0x00 ‖ JCS(command without sig). */
function commandMessage(topic: string, statement: unknown): Uint8Array {
  const zero = Uint8Array.of(0);
  return concatBytes(utf8("coldmark/command/1"), zero, utf8(topic), zero, utf8(canonicalize(statement)));
}

function isResend(value: Record<string, unknown>): value is Record<string, unknown> & Resend {
  const { v, command, counter, boot, ranges } = value;
  return (
    v === 1 &&
    command === "resend" &&
    isCount(counter) &&
    isCount(boot) &&
    Array.isArray(ranges) &&
    ranges.length <= rangesMax &&
    ranges.every((range) => Array.isArray(range) && range.length === 2 && range.every(isCount))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
