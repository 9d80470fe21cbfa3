import { expect, it } from "vitest";
import { type Load, messagesOf, planMessage, readingsOf, readingsSince } from "./load.ts";

const load: Load = {
  messagesPerSecond: 4_500,
  seconds: 3,
  readingsPerMessage: 10,
  isSigned: false,
  gateways: 300,
  poisonEvery: 1_000,
  startAt: 1_800_000_000_000,
};
const all = Array.from({ length: messagesOf(load) }, (_, index) => planMessage(load, index));

it("gives every gateway a seq without holes and times that only ascend", () => {
  for (const messages of Map.groupBy(all, ({ gateway }) => gateway).values()) {
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1));
    const times = messages.flatMap(({ readings }) => readings.map(({ ts }) => ts));
    expect(times.every((ts, at) => at === 0 || ts > (times[at - 1] ?? 0))).toBe(true);
  }
});

it("ends no later than the load does", () => {
  const newest = all.at(-1)?.readings.at(-1)?.ts ?? Number.POSITIVE_INFINITY;
  expect(newest).toBeLessThan(load.startAt + load.seconds * 1000);
});

it("makes one message in a thousand poison, of each kind in turn, and expects all others", () => {
  const poison = all.flatMap((message) => message.poison ?? []);
  expect(poison).toEqual(Array.from({ length: 13 }, (_, nth) => ["cut", "text", "time"][nth % 3]));
  expect(readingsOf(load)).toBe((all.length - 13) * 10);
});

it("counts what is not older than a time exactly as going through everything does", () => {
  for (const since of [
    0,
    load.startAt - 50,
    load.startAt + 1_234,
    load.startAt + 2_000,
    load.startAt + 9_000,
  ]) {
    const sound = all.filter(({ poison }) => poison === null);
    const readings = sound.flatMap((message) => message.readings);
    expect(readingsSince(load, since)).toBe(readings.filter(({ ts }) => ts >= since).length);
  }
});

it("refuses a gateway more than one reading a millisecond", () => {
  expect(() => planMessage({ ...load, gateways: 10 }, 0)).toThrow("more gateways");
});
