import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createGatewayLines } from "./gateway-lines.ts";
import { createIntakeQueue } from "./intake-queue.ts";
import type { InboundMessage } from "./message.ts";

const commit = { messages: 10, bytes: 64 * 1024 * 1024 };

/** Lines before the real queue of a hundred messages, which keeps nothing until it is told to. */
function stage() {
  const queue = createIntakeQueue({ messagesMax: 100, isLiveBehind: () => false, isOneConnection: true });
  const state = { now: 0 };
  const kept: string[] = [];
  const refused: string[] = [];
  const lines = createGatewayLines({
    ...queue,
    hasRoomFor: (bytes) => queue.hasRoomFor(bytes),
    uptime: () => state.now,
    enter: (message, settled) =>
      queue.add({ id: 0, sha256: new Uint8Array(32), ...message }, state.now, settled),
  });
  const messageOf = (gateway: string, topic: string, bytes = 1): InboundMessage => ({
    ...{ gateway, topic, lane: "data", payload: Buffer.alloc(bytes), door: "embedded", receivedAt: 0 },
  });
  const take = (gateway: string, topic: string, connection: PassThrough, bytes?: number): void =>
    lines.take(
      messageOf(gateway, topic, bytes),
      (fault) => void (fault === null ? kept : refused).push(`${gateway} ${topic}`),
      connection,
    );
  /** One commit, and all that follows from it. */
  const keep = async (): Promise<void> => {
    queue.settle(queue.next(commit), null);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, lines, state, kept, refused, take, keep };
}

/** What a reader of this connection has got, as aedes reads. */
function readerOf(connection: PassThrough): string[] {
  const got: string[] = [];
  connection.on("readable", () => {
    const chunk: unknown = connection.read();
    if (chunk !== null) got.push(String(chunk));
  });
  return got;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("keeps a gateway's order through a pause of the queue, and doesn't read its connection on meanwhile", async () => {
  const { queue, lines, kept, take, keep } = stage();
  const [own, others] = [new PassThrough(), new PassThrough()];
  const got = readerOf(own);
  for (let n = 0; n < 61; n += 1) take(`other-${n}`, "m", others);
  take("own", "1", own);
  expect([queue.length(), lines.length()]).toEqual([61, 1]);
  await keep();
  await keep();
  expect(queue.room("data", "own")).toBeNull(); // fewer than a pause begins at, and more than it ends at
  take("own", "2", own);
  own.write("the next packets");
  await turn();
  expect([queue.length(), lines.length(), got]).toEqual([41, 2, []]);
  take("other-new", "m", others);
  expect(queue.length()).toBe(42);
  while (queue.length() > 0) await keep();
  expect(kept.filter((name) => name.startsWith("own"))).toEqual(["own 1", "own 2"]);
  expect([lines.length(), lines.bytes(), got]).toEqual([0, 0, ["the next packets"]]);
});

it("keeps the order over a connection that ended and the one after it, and reads both on", async () => {
  const { queue, lines, kept, take, keep } = stage();
  const [before, after] = [new PassThrough(), new PassThrough()];
  const got = readerOf(after);
  for (let n = 0; n < 26; n += 1) take("own", `${n}`, before);
  take("own", "26", before);
  before.destroy();
  take("own", "27", after);
  after.write("more");
  await turn();
  expect([lines.length(), got]).toEqual([2, []]);
  while (queue.length() + lines.length() > 0) await keep();
  expect(kept).toEqual(Array.from({ length: 28 }, (_, n) => `own ${n}`));
  expect(got).toEqual(["more"]);
});

it("counts what waits, and refuses what memory has no room for", async () => {
  const { queue, lines, state, refused, take, keep } = stage();
  const megabyte = 1024 * 1024;
  const connection = new PassThrough();
  for (let n = 0; n < 70; n += 1) {
    state.now = n;
    take("own", `${n}`, connection, megabyte);
  }
  expect(queue.length() + lines.length()).toBe(70 - refused.length);
  expect(lines.bytes()).toBeGreaterThan(40 * megabyte);
  expect(lines.bytes()).toBeLessThanOrEqual(64 * megabyte);
  expect(refused.length).toBeGreaterThan(0);
  expect(lines.oldestWaitMs(state.now)).toBe(70 - 1 - queue.length());
  while (queue.length() + lines.length() > 0) await keep();
  expect([lines.bytes(), lines.oldestWaitMs(state.now)]).toEqual([0, 0]);
});
