import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ClaimedWindow, composeWindows } from "#anchor/compose-windows.ts";
import { openStore, type Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { pointAt, seedOrganisation } from "../support/console-network.ts";
import { aReading } from "../support/readings.ts";

const hourMs = 3_600_000;
const start = 1_700_000_000_000 - (1_700_000_000_000 % hourMs);
const ids = Array.from({ length: 20 }, (_, at) => `fridge-${at}`);

function claimed(id: string, hour: number): ClaimedWindow {
  const fromMs = start + hour * hourMs;
  const window = { tenantId: "shop", equipmentId: id, fromMs, toMs: fromMs + hourMs, versions: 0 };
  const equipment = {
    ...{ subject: `urn:coldmark:equipment:${id}`, roster: "00", scope: "shop", profile: "CN-GSP" },
    ...{ profileVersion: 1, lowerMilliC: 2_000, upperMilliC: 8_000 },
  };
  return { window, equipment } as unknown as ClaimedWindow;
}

test("many claimed windows are composed a few equipments at a time, a long run in parts", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-compose-"));
  const store = await openStore({ dataDir: folder });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await seedOrganisation(
    store,
    "shop",
    ids.map((id) => ({ id, since: start })),
  );
  const readings = openPostgresReadings(store);
  const hours = Array.from({ length: 50 }, (_, hour) => hour);
  const reading = (id: string, hour: number) =>
    aReading({ tenant: "shop", equipmentId: id, point: pointAt("shop", id), ts: start + hour * hourMs + 1 });
  await readings.write([
    ...ids.map((id) => reading(id, 0)),
    ...hours.slice(1).map((hour) => reading("fridge-0", hour)),
  ]);
  const asked: ("readings" | "records")[] = [];
  const spans: number[] = [];
  const watchedStore: Store = {
    ...store,
    as: (who, work) => {
      asked.push("records");
      return store.as(who, work);
    },
  };
  const watchedReadings: ReadingsStore = {
    ...readings,
    range: (range) => {
      asked.push("readings");
      spans.push(range.to - range.from);
      return readings.range(range);
    },
  };
  const windows = [
    ...ids.map((id) => claimed(id, 0)),
    ...hours.slice(1).map((hour) => claimed("fridge-0", hour)),
  ];
  const sealed = await composeWindows({ store: watchedStore, readings: watchedReadings }, windows);
  expect(sealed).toHaveLength(69);
  expect(new Set(sealed.map(({ body }) => body.points.length))).toEqual(new Set([1]));
  expect(new Set(sealed.map(({ body }) => body.points[0]?.n))).toEqual(new Set([1]));
  const together = asked
    .join(" ")
    .split("records")
    .map((run) => run.split("readings").length - 1);
  expect(Math.max(...together)).toBe(8);
  expect(Math.max(...spans)).toBe(24 * hourMs);
});
