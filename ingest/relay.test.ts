import { expect, test } from "vitest";
import { openRelay } from "./relay.ts";

const item = (id: number, size = 10) => ({ message: { id, payload: new Uint8Array(size) } });
const ids = (taken: ReturnType<typeof item>[] | null) => taken?.map(({ message }) => message.id);
const all = { messages: 1_000, bytes: 1e9 };

test("hands on what follows the reader's position, a batch at a time", () => {
  const relay = openRelay<ReturnType<typeof item>>();
  relay.offer(0, [item(1), item(2), item(3)]);
  relay.offer(3, [item(4)]);
  expect(ids(relay.take(0, { messages: 2, bytes: 1e9 }))).toEqual([1, 2]);
  expect(ids(relay.take(2, { messages: 5, bytes: 15 }))).toEqual([3]);
  expect(ids(relay.take(3, all))).toEqual([4]);
  expect(relay.take(4, all)).toEqual([]);
});

test("tells that nothing follows for a second after something passed, then its reader looks in the records", () => {
  let now = 0;
  const relay = openRelay<ReturnType<typeof item>>(() => now);
  expect(relay.take(0, all)).toBeNull();
  relay.offer(0, [item(1)]);
  now = 999;
  expect(ids(relay.take(0, all))).toEqual([1]);
  now = 1_998;
  expect(relay.take(1, all)).toEqual([]);
  now = 1_999;
  expect(relay.take(1, all)).toBeNull();
});

test("knows nothing before its first message, and goes on where a reader of the records arrives", () => {
  const relay = openRelay<ReturnType<typeof item>>();
  relay.offer(10, [item(11), item(12), item(13)]);
  expect(relay.take(5, all)).toBeNull();
  expect(ids(relay.take(12, all))).toEqual([13]);
});

test("never hands on over a hole", () => {
  const relay = openRelay<ReturnType<typeof item>>();
  relay.offer(0, [item(1)]);
  relay.offer(5, [item(6)]);
  expect(ids(relay.take(0, all))).toEqual([1]);
  expect(relay.take(1, all)).toBeNull();
  relay.offer(6, [item(7)]);
  expect(relay.take(1, all)).toBeNull();
  expect(ids(relay.take(6, all))).toEqual([7]);
});

test("drops what is more than it may hold, and is new once its reader has the rest", () => {
  const relay = openRelay<ReturnType<typeof item>>();
  const large = 20 * 1024 * 1024;
  relay.offer(0, [item(1, large)]);
  relay.offer(1, [item(2, large)]);
  relay.offer(2, [item(3)]);
  expect(ids(relay.take(0, all))).toEqual([1]);
  expect(relay.take(1, all)).toBeNull(); // though something just passed
  relay.offer(3, [item(4)]);
  expect(relay.take(1, all)).toBeNull();
  expect(ids(relay.take(3, all))).toEqual([4]);
});

test("a single message larger than a batch is handed on by itself", () => {
  const relay = openRelay<ReturnType<typeof item>>();
  relay.offer(0, [item(1, 500), item(2)]);
  expect(ids(relay.take(0, { messages: 10, bytes: 100 }))).toEqual([1]);
});
