import { expect, it } from "vitest";
import {
  composePoison,
  loosePoisonAt,
  poisonHasPlace,
  readingsAt,
  spanMs,
  temperatureAt,
} from "./compose.ts";

it("gives no two readings of a channel one time, also from message to message", () => {
  const channels = ["a", "b", "c"].map((name) => ({ name }));
  const seen = new Set<string>();
  let ts = 1_000;
  for (let message = 0; message < 50; message += 1) {
    for (const reading of readingsAt(channels, ts, 7)) seen.add(`${reading.s}/${reading.ts}`);
    ts += spanMs(channels.length, 7);
  }
  expect(seen.size).toBe(350);
});

it("stays inside 2 to 8 °C in whole thousandths", () => {
  for (let ts = 1_700_000_000_000; ts < 1_700_000_020_000; ts += 13) {
    const t = temperatureAt(ts % 4, ts);
    expect(t).toBeGreaterThanOrEqual(3);
    expect(t).toBeLessThanOrEqual(7.001);
    expect(Math.abs(t * 1_000 - Math.round(t * 1_000))).toBeLessThan(1e-6);
  }
});

it("makes poison of both kinds, all different", () => {
  const place = { topic: "coldmark/v1/gw/data", boot: 1, seq: 2, sent: 1_700_000_000_000, key: null };
  const made = new Set<string>();
  for (let n = 1; n <= 28; n += 1)
    made.add((poisonHasPlace(n) ? composePoison(place, n) : loosePoisonAt(n)).toString("latin1"));
  expect(made.size).toBe(14);
});
