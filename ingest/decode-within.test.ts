import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import type { InboxMessage } from "#store/inbox.ts";
import type { DecodedMessage, SignedMessage } from "./decode-message.ts";
import { decodeWithin } from "./decode-within.ts";

const messages = Array.from({ length: 1_000 }, (_, id) => ({ id }) as InboxMessage);
const megabyte = 1024 * 1024;

function readings(id: number, unpackedBytes: number): DecodedMessage {
  return { kind: "readings", tenant: "t", position: null, sent: id, readings: [], unpackedBytes };
}

const sentOf = (all: readonly DecodedMessage[]) =>
  all.map((one) => (one.kind === "readings" ? one.sent : -1));

/** Every other message signed, what is checked last answered first; counts what is begun and not read. */
function openCounted(wrapperBytes: number, bodyBytes: number) {
  const begun = { now: 0, most: 0 };
  const decode = ({ id }: InboxMessage): DecodedMessage | SignedMessage => {
    if (id % 2 === 0) return readings(id, 0);
    begun.now += 1;
    begun.most = Math.max(begun.most, begun.now);
    const read = (holds: boolean): DecodedMessage => {
      begun.now -= 1;
      return holds ? readings(id, bodyBytes) : { kind: "status" };
    };
    return { kind: "signed", unpackedBytes: wrapperBytes, holds: setTimeout(5 - (id % 5), true), read };
  };
  return { begun, decode };
}

it("gives back every message in order, with no more than the window begun", async () => {
  const { begun, decode } = openCounted(1_000, 1_000);
  expect(sentOf(await decodeWithin(messages, decode))).toEqual(messages.map(({ id }) => id));
  expect(begun.most).toBeGreaterThan(128);
  expect(begun.most).toBeLessThanOrEqual(256);
});

it("unpacks no more bodies than memory has room for, however many are checked", async () => {
  const { decode } = openCounted(1_000, 8 * megabyte);
  expect(sentOf(await decodeWithin(messages, decode))).toEqual(messages.slice(0, 10).map(({ id }) => id));
});

it("begins no more than memory has room for where the wrappers themselves are large", async () => {
  const { begun, decode } = openCounted(4 * megabyte, 0);
  const all = await decodeWithin(messages, decode);
  expect(sentOf(all)).toEqual(messages.slice(0, all.length).map(({ id }) => id));
  expect(all.length).toBeGreaterThan(0);
  expect(begun.most).toBeLessThanOrEqual(9);
});

it("takes one message, however large", async () => {
  const { decode } = openCounted(64 * megabyte, 64 * megabyte);
  expect(sentOf(await decodeWithin(messages.slice(1), decode))).toEqual([1]);
});
