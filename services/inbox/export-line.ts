import { fromHex, toHex } from "#domain/log/bytes.ts";
import { atLeast, hex, integer, requireShape, text } from "#domain/log/shape.ts";
import type { InboxMessage } from "#store/inbox.ts";

/** Longest line of a file of exported messages, in characters: the largest message in base64, and what stands beside it. */
export const lineMax = 1 << 25;

const shape = atLeast({
  id: integer(0),
  receivedAt: integer(),
  gateway: text(lineMax),
  topic: text(lineMax),
  lane: text(100),
  door: text(100),
  payload: text(lineMax),
  sha256: hex(32),
});

/** A message as a line of JSON: times in epoch ms, the payload in base64, its SHA-256 in hex. */
export function writeLine({ payload, sha256, ...rest }: InboxMessage): string {
  const { id, receivedAt, gateway, topic, lane, door } = rest;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("base64");
  const line = { id, receivedAt, gateway, topic, lane, door, payload: bytes, sha256: toHex(sha256) };
  return `${JSON.stringify(line)}\n`;
}

/** The message of a line. @throws where it is not one, in words */
export function readLine(line: string): InboxMessage {
  const value: unknown = JSON.parse(line);
  requireShape(value, shape);
  const { id, receivedAt, gateway, topic, lane, door, payload, sha256 } = value as Line;
  const bytes = new Uint8Array(Buffer.from(payload, "base64"));
  return { id, receivedAt, gateway, topic, lane, door, payload: bytes, sha256: fromHex(sha256) };
}

type Line = Omit<InboxMessage, "payload" | "sha256"> & { readonly payload: string; readonly sha256: string };
