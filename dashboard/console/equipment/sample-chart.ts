/** A chart as the API tells it, made up, for the tests of this room. */
import type { Chart } from "#api/console-shapes.ts";

/** 12:00 in Beijing. */
export const sampleNoonMs = Date.UTC(2026, 2, 1, 4);
const minuteMs = 60_000;

/** Two sensors for an hour: the first warm in the middle with one late reading, the second silent for half of it. */
export function sampleChart(change: Partial<Chart> = {}): Chart {
  const at = (minute: number) => sampleNoonMs + minute * minuteMs;
  return {
    from: at(0),
    to: at(60),
    bucketMs: 10 * minuteMs,
    lowerLimitC: 2,
    upperLimitC: 8,
    maxGapMs: 15 * minuteMs,
    series: [
      {
        sensor: "s1",
        minC: 4,
        maxC: 9.5,
        meanC: 6,
        n: 6,
        late: 1,
        coverage: 1,
        buckets: [
          [at(0), 4, 5, 4.5, 1, 0],
          [at(10), 4.2, 5.1, 4.6, 1, 0],
          [at(20), 8.2, 9.5, 9, 1, 1],
          [at(30), 8.1, 9, 8.5, 1, 0],
          [at(40), 5, 6, 5.5, 1, 0],
          [at(50), 4, 5, 4.5, 1, 0],
        ],
      },
      {
        sensor: "s2",
        minC: 3,
        maxC: 4,
        meanC: 3.5,
        n: 3,
        late: 0,
        coverage: 0.5,
        buckets: [
          [at(0), 3, 4, 3.5, 1, 0],
          [at(10), 3, 4, 3.5, 1, 0],
          [at(50), 3, 4, 3.5, 1, 0],
        ],
      },
    ],
    excursions: [{ sensor: "s1", direction: "high", from: at(20), to: at(40), extremeC: 9.5 }],
    gaps: [{ sensor: "s2", from: at(20), to: at(50) }],
    doors: [{ from: at(18), to: at(22) }],
    powerCuts: [{ from: at(15), to: null }],
    ...change,
  };
}
