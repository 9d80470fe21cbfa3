import { concatBytes, toBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { signEd25519 } from "#domain/log/signature.ts";
import type { SeqRange } from "./find-holes.ts";
import { commandTopic } from "./message.ts";
import type { ReceiptKey } from "./receipt.ts";

/** What a gateway is asked to send again: ranges of one boot, both ends included. `counter` rises with each command. */
export interface ResendCommand {
  readonly counter: number;
  /** Epoch ms. */
  readonly time: number;
  readonly boot: number;
  readonly ranges: readonly SeqRange[];
}

/** Ranges in one command; the rest follows when these are filled. */
export const rangesInCommand = 100;
const tag = "coldmark/command/1";
const separator = Uint8Array.of(0);

/** What is signed in a command: "coldmark/command/1" ‖ 0x00 ‖ topic ‖ 0x00 ‖ utf8(JCS(command without sig)). */
export function commandToSign(topic: string, unsigned: Record<string, unknown>): Uint8Array {
  return concatBytes(utf8(tag), separator, utf8(topic), separator, utf8(canonicalize(unsigned)));
}

/** A signed command (design §4), under the key of the receipts. */
export function makeCommand(
  gateway: string,
  { counter, time, boot, ranges }: ResendCommand,
  key: ReceiptKey,
): { topic: string; payload: Uint8Array } {
  const topic = commandTopic(gateway);
  const asked = ranges.slice(0, rangesInCommand).map(([from, to]) => [from, to]);
  const unsigned = { v: 1, counter, time, command: "resend", boot, ranges: asked, kid: key.kid };
  const sig = toBase64(signEd25519(key.privateKey, commandToSign(topic, unsigned)));
  return { topic, payload: utf8(JSON.stringify({ ...unsigned, sig })) };
}
