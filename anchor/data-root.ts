import { ReadingCollector } from "#domain/log/reading-columns.ts";
import { ReadingLeaves } from "#domain/log/reading-leaves.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Reading } from "#store/readings/readings-store.ts";

/** The root that seals a window's readings, in order of measuring point and time (design §5), hex. */
export function dataRoot(rows: readonly Reading[]): string {
  const collector = new ReadingCollector(rows.length);
  for (const { point, ts, tMilliC, err } of rows) collector.add(point, ts, tMilliC, err);
  return new ReadingLeaves(collector.columns(), fastSha256).root({ first: 0, end: rows.length });
}
