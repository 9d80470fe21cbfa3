import { expect, test } from "vitest";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import { openReadings } from "./open-readings.ts";
import type { TrackedMessage } from "./tracker.ts";

const receivedAt = Date.UTC(2026, 0, 1);
const gateway = {
  tenant: "t",
  channels: new Map([["t1", { point: "p", now: null, placements: [] }]]),
} as unknown as GatewayFacts;

/** Whether each of two readings of a message on this lane counts as live. */
function areLive(lane: string, historical?: ReadonlySet<number>): boolean[] {
  const readings = [1, 2].map((ago) => ({ s: "t1", ts: receivedAt - ago, t: 5 }));
  const decoded = { kind: "readings", position: null, sent: receivedAt, readings, historical };
  const message = { id: 1, gateway: "g", lane, receivedAt };
  const opened = openReadings(
    { message, decoded, use: "untracked" } as unknown as TrackedMessage,
    gateway,
    0,
  );
  return opened.candidates.map(({ isLive }) => isLive);
}

test("what came on the back-fill lane, or is marked historical by its source, does not tell of the present", () => {
  expect(areLive("data")).toEqual([true, true]);
  expect(areLive("hist")).toEqual([false, false]);
  expect(areLive("data", new Set([1]))).toEqual([true, false]);
});
