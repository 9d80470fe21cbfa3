import { describe, expect, it } from "vitest";
import type { Live } from "#api/console-shapes.ts";
import { type EventStream, followLive } from "./live-feed.ts";

const event: Live = {
  asOf: "2026-03-01T04:00:00.000Z",
  sites: [],
  gone: [],
  openAlarms: 1,
  unacknowledged: 1,
  openAtNoSite: 0,
};

class FakeStream implements EventStream {
  readyState = 0;
  closed = false;
  readonly listeners = new Map<string, (event: { data?: string }) => void>();
  addEventListener(type: string, listener: (event: { data?: string }) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  fire(type: string, data?: string) {
    this.listeners.get(type)?.(data === undefined ? {} : { data });
  }
}

function followed() {
  const streams: FakeStream[] = [];
  const heard: unknown[] = [];
  const waits: { work: () => void; afterMs: number; cancelled: boolean }[] = [];
  const stop = followLive(
    {
      open: () => {
        const stream = new FakeStream();
        streams.push(stream);
        return stream;
      },
      later: (work, afterMs) => {
        const wait = { work, afterMs, cancelled: false };
        waits.push(wait);
        return () => {
          wait.cancelled = true;
        };
      },
    },
    {
      connected: () => heard.push("connected"),
      greeted: (live) => heard.push(["greeted", live]),
      changed: (live) => heard.push(["changed", live]),
      broke: () => heard.push("broke"),
      refused: () => heard.push("refused"),
    },
  );
  const newest = () => streams.at(-1) ?? new FakeStream();
  return { streams, heard, waits, stop, newest };
}

describe("the live stream", () => {
  it("tells when it stands, what changed, and when it broke", () => {
    const { heard, newest, waits } = followed();
    newest().fire("open");
    newest().fire("change", JSON.stringify(event));
    newest().fire("change", JSON.stringify(event));
    newest().fire("error");
    expect(heard).toEqual(["connected", ["greeted", event], ["changed", event], "broke"]);
    expect(waits).toEqual([]);
  });

  it("takes the first event of each connection for its greeting", () => {
    const { heard, newest } = followed();
    for (let connection = 0; connection < 2; connection += 1) {
      newest().fire("open");
      newest().fire("change", JSON.stringify(event));
      newest().fire("error");
    }
    expect(heard.filter((one) => Array.isArray(one))).toEqual([
      ["greeted", event],
      ["greeted", event],
    ]);
  });

  it("is opened again, ever more slowly, when the server refuses it", () => {
    const { streams, heard, waits, newest } = followed();
    for (const afterMs of [3_000, 6_000, 15_000, 30_000, 30_000]) {
      newest().readyState = 2;
      newest().fire("error");
      expect(waits.at(-1)?.afterMs).toBe(afterMs);
      waits.at(-1)?.work();
    }
    expect(streams).toHaveLength(6);
    newest().fire("open");
    expect(heard.slice(-3)).toEqual(["broke", "refused", "connected"]);
  });

  it("stops with its wait", () => {
    const { waits, newest, stop } = followed();
    newest().readyState = 2;
    newest().fire("error");
    stop();
    expect(waits[0]?.cancelled).toBe(true);
    expect(newest().closed).toBe(true);
  });
});
