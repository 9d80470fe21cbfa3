const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Steps that a person reads easily off an axis. */
const ladder = [
  ...[1, 5, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 6, 12, 24].map((hours) => hours * hourMs),
];
/** As many as a wide screen tells apart; design §10 allows 2,000. */
const bucketsAtMost = 500;

/** The longest period that one chart shows: 400 days of buckets of a day. */
export const chartSpanMaxMs = 400 * 24 * hourMs;

/** The finest buckets of which no more than 500 make up the period, in ms. */
export function bucketMsFor(spanMs: number): number {
  return ladder.find((bucketMs) => spanMs / bucketMs <= bucketsAtMost) ?? 24 * hourMs;
}
