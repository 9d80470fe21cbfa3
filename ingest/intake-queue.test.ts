import { afterEach, expect, test, vi } from "vitest";
import { createIntakeQueue, type Settled } from "./intake-queue.ts";

afterEach(() => vi.unstubAllGlobals());

const rowOf = (lane: string) => ({
  ...{ id: 0, receivedAt: 0, gateway: "g", topic: "t", lane, door: "collector" },
  ...{ payload: new Uint8Array(10), sha256: new Uint8Array(32) },
});
const limit = { messages: 10, bytes: 1_000 };

test("whoever fails at being told leaves nobody else untold, and the failure is told by itself", () => {
  const later: (() => void)[] = [];
  vi.stubGlobal("queueMicrotask", (work: () => void) => later.push(work));
  const queue = createIntakeQueue({ messagesMax: 100, isLiveBehind: () => false });
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
  const queue = createIntakeQueue({ messagesMax: 100, isLiveBehind: () => false });
  for (let n = 0; n < 20; n += 1) queue.add(rowOf("hist"), 0, () => undefined);
  for (let n = 0; n < 20; n += 1) queue.add(rowOf("data"), 0, () => undefined);
  expect(queue.next(limit).map(({ row }) => row.lane)).toEqual([...Array(9).fill("data"), "hist"]);
});
