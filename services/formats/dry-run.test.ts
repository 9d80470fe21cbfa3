import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sourceShape } from "#domain/formats/source.ts";
import { deadLetterCures } from "#store/dead-letters.ts";
import { dryRun } from "./dry-run.ts";

const source = sourceShape.parse({
  ...{
    kind: "mapping",
    topic: "a/+",
    device: { level: 2 },
    readings: "/r",
    time: { pointer: "/ts", unit: "ms" },
  },
  values: [{ name: "t", as: "t", pointer: "/t", unit: "C" }],
});
const receivedAt = 1_767_225_700_000;
const limits = { maxBytes: 1_000, maxInflatedBytes: 10_000, maxReadings: 50, told: 2 };
const run = (topic: string, payload: string | Uint8Array) =>
  dryRun(source, { topic, payload: Buffer.from(payload), receivedAt }, limits);

test("tells the first readings and counts all of them", () => {
  const r = Array.from({ length: 3 }, (_, n) => ({ ts: 1_767_225_600_000, t: n }));
  const { refused, count, readings } = run("a/b", gzipSync(JSON.stringify({ r })));
  expect([refused, count, readings.length]).toEqual([null, 3, 2]);
  expect(readings[1]).toEqual({
    ...{
      channel: "b/t",
      at: "2026-01-01T00:00:00.000Z",
      placedBy: "device",
      values: { t: 1 },
      refused: null,
    },
  });
});

test.each([
  ["b", "{}", "WRONG_TOPIC"],
  ["a/b", "{", "MALFORMED"],
  ["a/b", '{"r":1,"r":2}', "MALFORMED"],
  ["a/b", " ".repeat(1_001), "TOO_LARGE"],
  ["a/b", gzipSync(" ".repeat(10_001)), "TOO_LARGE"],
  ["a/b", "{}", "BAD_SHAPE"],
  ["a/b", `{"r":[${Array(51).fill(0)}]}`, "TOO_MANY_READINGS"],
] as const)("a message on %s, %.20s…: %s, with its cure", (topic, payload, reason) => {
  expect(run(topic, payload)).toMatchObject({
    refused: { reason, cure: deadLetterCures[reason] },
    readings: [],
  });
});

test("whatever the bytes are, there is an answer", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((json) => Buffer.from(`{"r":${json}}`)),
  );
  fc.assert(
    fc.property(bytes, (payload) => {
      const { refused, readings } = run("a/b", payload);
      expect(refused !== null || readings.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
