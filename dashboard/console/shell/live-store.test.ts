import { expect, it } from "vitest";
import { LiveStore } from "./live-store.ts";

it("tells whoever watches what changed, until they stop", () => {
  const store = new LiveStore(5);
  let told = 0;
  const stop = store.watch(() => {
    told += 1;
  });
  store.change({ counts: { openAlarms: 2, unacknowledged: 1, openAtNoSite: 0 } });
  expect(store.read()).toEqual({
    stream: { connected: false, greetedAsOf: null, brokeMs: 5 },
    counts: { openAlarms: 2, unacknowledged: 1, openAtNoSite: 0 },
    called: [],
  });
  stop();
  store.change({ called: [] });
  expect(told).toBe(1);
});

it("keeps the time since when the sites weren't followed until they were fetched on a new connection", () => {
  const store = new LiveStore(5);
  store.broke(9, false);
  expect(store.read().stream.brokeMs).toBe(5);
  store.connected();
  store.broke(10, false);
  expect(store.read().stream.brokeMs).toBe(5);
  store.connected();
  store.broke(11, true);
  expect(store.read().stream).toEqual({ connected: false, greetedAsOf: null, brokeMs: 11 });
});

it("a new connection has not greeted us yet", () => {
  const store = new LiveStore(5);
  store.change({ stream: { connected: false, greetedAsOf: "2026-03-01T04:00:00.000Z", brokeMs: 6 } });
  store.connected();
  expect(store.read().stream).toEqual({ connected: true, greetedAsOf: null, brokeMs: 6 });
});
