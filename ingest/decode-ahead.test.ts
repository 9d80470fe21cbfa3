import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import type { InboxMessage } from "#store/inbox.ts";
import { decodeAhead } from "./decode-ahead.ts";
import type { DecodedMessage, SignedMessage } from "./decode-message.ts";

const messages = Array.from({ length: 1_000 }, (_, id) => ({ id }) as InboxMessage);
const megabyte = 1024 * 1024;

/** Decodes with every signature answered later; counts what is begun and not read. */
async function decodeAll(unpackedBytes: number, count = messages.length) {
  const begun = { now: 0, most: 0 };
  const decode = ({ id }: InboxMessage): SignedMessage => {
    begun.now += 1;
    begun.most = Math.max(begun.most, begun.now);
    const read = (): DecodedMessage => {
      begun.now -= 1;
      return { kind: "readings", tenant: "t", position: null, sent: id, readings: [], unpackedBytes };
    };
    return { kind: "signed", unpackedBytes, holds: setTimeout(5 - (id % 5), true), read };
  };
  const seen: number[] = [];
  for await (const { message, decoded } of decodeAhead(messages.slice(0, count), decode)) {
    expect(decoded).toMatchObject({ sent: message.id });
    seen.push(message.id);
  }
  return { seen, begun };
}

it("gives every message in order, with hundreds begun ahead, and no more", async () => {
  const { seen, begun } = await decodeAll(1_000);
  expect(seen).toEqual(messages.map(({ id }) => id));
  expect(begun.most).toBeGreaterThanOrEqual(512);
  expect(begun.most).toBeLessThanOrEqual(512 + 64);
});

it("gives everything else its turn to the end, also where all that is left has been checked already", async () => {
  let turns = 0;
  const tick = () => {
    turns += 1;
    ticking = setImmediate(tick);
  };
  let ticking = setImmediate(tick);
  const read = (): DecodedMessage => {
    const until = performance.now() + 0.5;
    while (performance.now() < until);
    return { kind: "readings", tenant: "t", position: null, sent: 0, readings: [], unpackedBytes: 1 };
  };
  const decode = (): SignedMessage => ({
    ...{ kind: "signed", unpackedBytes: 1, holds: Promise.resolve(true), read },
  });
  const turnsAt: number[] = [];
  for await (const _ of decodeAhead(messages.slice(0, 400), decode)) turnsAt.push(turns);
  clearImmediate(ticking);
  expect(turnsAt).toHaveLength(400);
  expect(new Set(turnsAt).size).toBeGreaterThanOrEqual(10);
});

it("begins no more than memory has room for where they are large, at least one", async () => {
  const large = await decodeAll(4 * megabyte, 100);
  expect(large.seen).toEqual(messages.slice(0, 100).map(({ id }) => id));
  expect(large.begun.most).toBeLessThanOrEqual(9);
  const huge = await decodeAll(64 * megabyte, 5);
  expect([huge.seen, huge.begun.most]).toEqual([[0, 1, 2, 3, 4], 1]);
});
