import { afterEach, describe, expect, test, vi } from "vitest";
import { AppError } from "#domain/errors.ts";
import { createIntakeQueue } from "./intake-queue.ts";
import type { Settled } from "./waiting.ts";

afterEach(() => vi.unstubAllGlobals());

const rowOf = (lane: string, { gateway = "g", n = 0, bytes = 10 } = {}) => ({
  ...{ id: n, receivedAt: 0, gateway, topic: "t", lane, door: "collector" },
  ...{ payload: new Uint8Array(bytes), sha256: new Uint8Array(32) },
});
const limit = { messages: 10, bytes: 1_000 };
const queueOf = (change: Partial<Parameters<typeof createIntakeQueue>[0]> = {}) =>
  createIntakeQueue({ messagesMax: 100, isLiveBehind: () => false, isOneConnection: false, ...change });
const nobody = () => undefined;
/** What commits take until nothing is left, each as `gateway n`. */
const commits = (queue: ReturnType<typeof queueOf>, most = limit): string[][] => {
  const all: string[][] = [];
  for (let taken = queue.next(most); taken.length > 0; taken = queue.next(most)) {
    all.push(taken.map(({ row }) => `${row.gateway} ${row.id}`));
    queue.settle(taken, null);
  }
  return all;
};

test("whoever fails at being told leaves nobody else untold, and the failure is told by itself", () => {
  const later: (() => void)[] = [];
  vi.stubGlobal("queueMicrotask", (work: () => void) => later.push(work));
  const queue = queueOf();
  const told: string[] = [];
  const failing: Settled = () => {
    throw new Error("broken");
  };
  queue.add(rowOf("data"), 0, failing);
  queue.add(rowOf("data"), 0, () => told.push("second"));
  queue.settle(queue.next(limit), null);
  expect([told, queue.length()]).toEqual([["second"], 0]);
  expect(later).toHaveLength(1);
  expect(later[0]).toThrow("broken");
});

test("live messages go before back-fill, which has a tenth of a commit", () => {
  const queue = queueOf();
  for (let n = 0; n < 20; n += 1) queue.add(rowOf("hist"), 0, () => undefined);
  for (let n = 0; n < 20; n += 1) queue.add(rowOf("data"), 0, () => undefined);
  expect(queue.next(limit).map(({ row }) => row.lane)).toEqual([...Array(9).fill("data"), "hist"]);
});

describe("back-fill that is held back", () => {
  const held = (isOneConnection: boolean) => {
    const queue = queueOf({ isLiveBehind: () => true, isOneConnection });
    for (let n = 0; n < 30; n += 1) queue.add(rowOf("hist"), 0, nobody);
    return queue;
  };

  test("waits where it has a connection of its own", () => {
    const queue = held(false);
    expect([queue.next(limit).length, queue.length()]).toEqual([0, 0]);
    queue.release();
    expect([queue.next(limit).length, queue.length()]).toEqual([10, 30]);
  });

  test("goes on a little where live messages come behind it, beside whatever else there is", () => {
    const queue = held(true);
    expect([queue.next(limit).length, queue.length()]).toEqual([1, 30]);
    for (let n = 0; n < 30; n += 1) queue.add(rowOf("data"), 0, nobody);
    expect(queue.next(limit).map(({ row }) => row.lane)).toEqual([...Array(9).fill("data"), "hist"]);
    const wide = queue.next({ messages: 2_000, bytes: 1_000_000 });
    expect(wide.filter(({ row }) => row.lane === "hist")).toHaveLength(30);
  });

  test("has its place beside live messages that fill a commit by their bytes", () => {
    const queue = held(true);
    for (let n = 0; n < 5; n += 1) queue.add(rowOf("data", { bytes: 900 }), 0, nobody);
    expect(queue.next(limit).map(({ row }) => row.lane)).toEqual(["data", "hist"]);
  });
});

describe("gateways", () => {
  test("take turns: what one sends doesn't stand before what others send, each in its order", () => {
    const queue = queueOf({ messagesMax: 10_000 });
    for (let n = 0; n < 1_000; n += 1) queue.add(rowOf("data", { gateway: "flood", n }), 0, nobody);
    for (let n = 0; n < 3; n += 1) queue.add(rowOf("data", { gateway: "a", n }), 0, nobody);
    queue.add(rowOf("data", { gateway: "b" }), 0, nobody);
    const all = commits(queue, { messages: 100, bytes: 1_000_000 });
    expect(all[0]).toEqual(expect.arrayContaining(["a 0", "a 1", "a 2", "b 0"]));
    const order = all.flat();
    expect(order.filter((name) => name.startsWith("flood"))).toEqual(
      Array.from({ length: 1_000 }, (_, n) => `flood ${n}`),
    );
    expect(order.filter((name) => name.startsWith("a"))).toEqual(["a 0", "a 1", "a 2"]);
    expect([order.length, queue.length()]).toEqual([1_004, 0]);
  });

  test("have all had a turn before one has its next, be they more than a commit takes", () => {
    const queue = queueOf({ messagesMax: 10_000 });
    for (let n = 0; n < 50; n += 1)
      for (let at = 0; at < 25; at += 1) queue.add(rowOf("data", { gateway: `g${at}`, n }), 0, nobody);
    const firsts = commits(queue, { messages: 100, bytes: 1_000_000 })
      .flat()
      .map((name) => name.split(" ")[0]);
    const rounds = firsts.filter((name, at) => name !== firsts[at - 1]);
    expect(new Set(rounds.slice(0, 25)).size).toBe(25);
  });

  test("of large messages have no more bytes than those of small ones, as far as whole messages allow", () => {
    const queue = queueOf({ messagesMax: 10_000 });
    for (let n = 0; n < 20; n += 1)
      queue.add(rowOf("data", { gateway: "large", n, bytes: 100_000 }), 0, nobody);
    for (let n = 0; n < 500; n += 1) queue.add(rowOf("data", { gateway: "small", n, bytes: 500 }), 0, nobody);
    const [first = []] = commits(queue, { messages: 2_000, bytes: 300_000 });
    expect(first.filter((name) => name.startsWith("large")).length).toBeLessThan(3);
    expect(first.filter((name) => name.startsWith("small")).length).toBeGreaterThan(150);
  });

  test("wait alone beyond their share, until half of it is free", async () => {
    const queue = queueOf({ messagesMax: 1_000 });
    for (let n = 0; n < 250; n += 1) queue.add(rowOf("data", { gateway: "flood", n }), 0, nobody);
    expect(queue.room("data", "flood")).toBeNull();
    queue.add(rowOf("data", { gateway: "flood", n: 250 }), 0, nobody);
    expect([queue.room("data", "other"), queue.room("data"), queue.room("hist", "flood")]).toEqual([
      null,
      null,
      null,
    ]);
    let isOver = false;
    const over = queue.room("data", "flood")?.then(() => {
      isOver = true;
    });
    expect(over).toBeDefined();
    for (let left = 251; left > 125; left = queue.length()) {
      await Promise.resolve();
      expect(isOver).toBe(false);
      queue.settle(queue.next(limit), null);
    }
    await over;
    expect(queue.room("data", "flood")).toBeNull();
  });

  test("that wait for room are let go when all is refused", async () => {
    const queue = queueOf();
    for (let n = 0; n < 30; n += 1) queue.add(rowOf("data", { n }), 0, nobody);
    const room = queue.room("data", "g");
    queue.refuseAll(new AppError("UNAVAILABLE", "stopped"));
    await room;
    expect([queue.length(), queue.room("data", "g")]).toEqual([0, null]);
  });
});
