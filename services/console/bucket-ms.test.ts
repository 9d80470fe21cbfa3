import { expect, it } from "vitest";
import { bucketMsFor, chartSpanMaxMs } from "./bucket-ms.ts";

const hourMs = 3_600_000;

it.each([
  ["an hour", hourMs, hourMs / 60],
  ["a day", 24 * hourMs, hourMs / 12],
  ["a week", 168 * hourMs, hourMs / 2],
  ["30 days", 720 * hourMs, 2 * hourMs],
  ["the longest", chartSpanMaxMs, 24 * hourMs],
])("%s is shown in buckets that suit it", (_name, spanMs, bucketMs) => {
  expect(bucketMsFor(spanMs)).toBe(bucketMs);
  expect(spanMs / bucketMs).toBeLessThanOrEqual(500);
});
