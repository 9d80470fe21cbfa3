import { expect, it } from "vitest";
import { LiveStore } from "./live-store.ts";

it("a stream that stays down keeps the time since when", () => {
  const store = new LiveStore(5);
  let told = 0;
  const stop = store.watch(() => {
    told += 1;
  });
  store.change({ stream: { connected: false, changedMs: 9 } });
  expect(store.read().stream).toEqual({ connected: false, changedMs: 5 });
  store.change({ stream: { connected: true, changedMs: 10 } });
  store.change({ counts: { openAlarms: 2, unacknowledged: 1 } });
  expect(store.read()).toEqual({
    stream: { connected: true, changedMs: 10 },
    counts: { openAlarms: 2, unacknowledged: 1 },
    called: [],
  });
  stop();
  store.change({ called: [] });
  expect(told).toBe(3);
});
