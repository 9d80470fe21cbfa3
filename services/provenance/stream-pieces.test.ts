import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { streamPieces } from "./stream-pieces.ts";

const idleMaxMs = 1_000;

describe("a text in pieces", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A stream of three pieces; `closed` tells that its generator was ended, whichever way. */
  function open(make = async (at: number) => `piece ${at}`) {
    const [onEnd, closed] = [vi.fn(), vi.fn()];
    async function* pieces() {
      try {
        for (let at = 0; at < 3; at += 1) yield await make(at);
      } finally {
        closed();
      }
    }
    const stream = streamPieces(pieces(), { idleMaxMs, onEnd });
    const isOver = () => [onEnd.mock.calls.length > 0, closed.mock.calls.length > 0];
    return { stream, reader: () => stream.getReader(), isOver };
  }

  it("is over at its end, and no earlier for a reader who takes just less than the time for each piece", async () => {
    const { reader, isOver } = open();
    const from = reader();
    let text = "";
    for (;;) {
      await vi.advanceTimersByTimeAsync(idleMaxMs - 1);
      const { done, value } = await from.read();
      if (done) break;
      text += new TextDecoder().decode(value);
      if (text.length < 21) expect(isOver()).toEqual([false, false]);
    }
    expect([text, isOver()]).toEqual(["piece 0piece 1piece 2", [true, true]]);
  });

  it("is over when nobody begins to read", async () => {
    const { isOver } = open();
    await vi.advanceTimersByTimeAsync(idleMaxMs - 1);
    expect(isOver()).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver()).toEqual([true, true]);
  });

  it("is over when the reader stalls, who then sees that it broke off", async () => {
    const { reader, isOver } = open();
    const from = reader();
    await from.read();
    await vi.advanceTimersByTimeAsync(idleMaxMs);
    expect(isOver()).toEqual([true, true]);
    await expect(from.read()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("doesn't count the time a piece takes to make against the reader", async () => {
    const { reader, isOver } = open(async (at) => {
      await new Promise((resolve) => setTimeout(resolve, 5 * idleMaxMs));
      return `piece ${at}`;
    });
    const first = reader().read();
    await vi.advanceTimersByTimeAsync(5 * idleMaxMs);
    expect([(await first).done, isOver()]).toEqual([false, [false, false]]);
  });

  it("is over when it is cancelled, but not before the piece that is being made", async () => {
    const made = Promise.withResolvers<string>();
    const { stream, isOver } = open(() => made.promise);
    await vi.advanceTimersByTimeAsync(0);
    const cancelled = stream.cancel();
    await vi.advanceTimersByTimeAsync(idleMaxMs);
    expect(isOver()).toEqual([false, false]);
    made.resolve("late");
    await cancelled;
    expect([isOver(), vi.getTimerCount()]).toEqual([[true, true], 0]);
  });

  it("is over when a piece can't be made, with its fault", async () => {
    const { reader, isOver } = open(() => Promise.reject(new Error("no store")));
    await expect(reader().read()).rejects.toThrow("no store");
    expect([isOver(), vi.getTimerCount()]).toEqual([[true, true], 0]);
  });
});
