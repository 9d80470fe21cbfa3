import { expect, it } from "vitest";
import type { Reading } from "#store/readings/readings-store.ts";
import type { PlacedPoint } from "#store/windows.ts";
import type { SealedVersion } from "./audit-windows.ts";
import { sealedRows } from "./sealed-rows.ts";

const window = (fromMs: number, ...points: string[]) =>
  ({
    row: { fromMs, toMs: fromMs + 10 },
    body: { points: points.map((point) => ({ point })) },
  }) as unknown as SealedVersion;
const reading = (point: string, ts: number) => ({ point, ts }) as Reading;
const placed = (point: string, since: number): PlacedPoint => ({
  point,
  since,
  until: null,
  calibrations: [],
});

it("are those of points that lay in the window, or that it was sealed with, and no back-filled ones of before", () => {
  const rows = [reading("a", 5), reading("a", 15), reading("a", 25), reading("b", 5), reading("b", 15)];
  const windows = [window(0, "b"), window(10), window(20)];
  expect(sealedRows(windows, [placed("a", 18)], rows)).toEqual([
    reading("b", 5),
    reading("a", 15),
    reading("a", 25),
  ]);
});
