import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { appendToLog } from "#anchor/append-entries.ts";
import { type ClaimedWindow, composeWindows } from "#anchor/compose-windows.ts";
import { equipmentSubject } from "#anchor/equipment-rosters.ts";
import { createWindowSealer } from "#anchor/seal-windows.ts";
import { loadConfig } from "#config";
import { toHex } from "#domain/log/bytes.ts";
import { openStore, type Store } from "#store/connect.ts";
import { readEntries } from "#store/entries.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { cursors } from "#store/schema/cursors.ts";
import { equipment } from "#store/schema/equipment.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import { pointAt, seedOrganisation } from "../support/console-network.ts";
import { aReading } from "../support/readings.ts";

const hourMs = 3_600_000;
const start = 1_700_000_000_000 - (1_700_000_000_000 % hourMs);
const ids = Array.from({ length: 20 }, (_, at) => `fridge-${at}`);

function claimed(id: string, hour: number): ClaimedWindow {
  const fromMs = start + hour * hourMs;
  const window = { tenantId: "shop", equipmentId: id, fromMs, toMs: fromMs + hourMs, versions: 0 };
  const equipment = {
    ...{
      subject: `urn:coldmark:equipment:${id}`,
      roster: "00",
      timeline: [],
      scope: "shop",
      profile: "CN-GSP",
    },
    ...{ profileVersion: 1, lowerMilliC: 2_000, upperMilliC: 8_000 },
  };
  return { window, equipment } as unknown as ClaimedWindow;
}

/** A shop with these refrigerators, in records of their own. */
async function shopWith(fridges: readonly string[], since: number): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-compose-"));
  const store = await openStore({ dataDir: folder });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await seedOrganisation(
    store,
    "shop",
    fridges.map((id) => ({ id, since })),
  );
  return store;
}

test("many claimed windows are composed a few equipments at a time, a long run in parts", async () => {
  const store = await shopWith(ids, start);
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
  const { sealed, failed } = await composeWindows(
    { store: watchedStore, readings: watchedReadings },
    windows,
  );
  expect(failed).toEqual([]);
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

describe("equipment whose readings can't be had", () => {
  const fridges = ids.slice(0, 10);
  const hours = 5;
  const asWorker = { role: "worker" } as const;

  /** Sealing with a readings store that times out for some; the rosters are in the log. */
  async function sealing() {
    const store = await shopWith(fridges, 0);
    const labels = await store.as(asWorker, (tx) => tx.select().from(equipment));
    await store.as(asWorker, async (tx) => {
      const rosters = labels.map(({ label }) => ({ subject: equipmentSubject(label), kind: "equipment" }));
      const times = { fromMs: 0, toMs: 0, body: "{}" };
      await appendToLog(
        tx,
        rosters.map((roster) => ({ ...roster, ...times })),
        0,
      );
      await tx.insert(cursors).values({ name: "projector", position: 0 }).onConflictDoNothing();
    });
    const failing = new Set<string>();
    const asked: string[] = [];
    const inner = openPostgresReadings(store);
    const readings: ReadingsStore = {
      ...inner,
      range: async (range) => {
        asked.push(...range.points);
        if (range.points.some((point) => failing.has(point))) throw new Error("the store timed out");
        return inner.range(range);
      },
    };
    let now = hours * hourMs + 120_000;
    const said: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => said.push(JSON.parse(line).step) });
    const config = loadConfig({ DATA_DIR: "unused" });
    const sealer = createWindowSealer({ store, readings, config, clock: () => now, log });
    return {
      ...{ store, failing, asked, said, labels },
      passMs: (ms: number) => {
        now += ms;
      },
      sealAll: async () => {
        while (await sealer.sealDue());
      },
      /** The windows' beginnings that were queued for each refrigerator, in the log's order. */
      queued: async () => {
        const rows = await store.as(asWorker, (tx) =>
          tx.select().from(pendingEntries).orderBy(pendingEntries.id),
        );
        const of = (label: string) => rows.filter(({ subject }) => subject === equipmentSubject(label));
        return new Map(labels.map(({ id, label }) => [id, of(label).map(({ fromMs }) => fromMs / hourMs)]));
      },
    };
  }

  const whole = [0, 1, 2, 3, 4];

  test.each([1, 9])("%i of 10: the others' windows are sealed, theirs later and in order", async (bad) => {
    const shop = await sealing();
    const failing = fridges.slice(0, bad);
    for (const id of failing) shop.failing.add(pointAt("shop", id));
    await shop.sealAll();
    const before = await shop.queued();
    expect(fridges.map((id) => before.get(id))).toEqual([
      ...failing.map(() => []),
      ...fridges.slice(bad).map(() => whole),
    ]);
    const named = shop.labels
      .filter(({ id }) => failing.includes(id))
      .map(({ label }) => `seal equipment ${label}`);
    expect(shop.said.toSorted()).toEqual(named.toSorted());

    shop.asked.length = 0;
    await shop.sealAll();
    expect(shop.asked).toEqual([]);

    shop.failing.clear();
    shop.passMs(hourMs);
    await shop.sealAll();
    const after = await shop.queued();
    expect(fridges.map((id) => after.get(id))).toEqual(fridges.map(() => [...whole, 5]));
  });
});

test("a window names each roster that was in force during it, and waits for one that isn't in the log yet", async () => {
  const asWorker = { role: "worker" } as const;
  const [id = ""] = ids;
  const store = await shopWith([id], 0);
  const [fridge] = await store.as(asWorker, (tx) => tx.select().from(equipment));
  const subject = equipmentSubject(fridge?.label ?? "");
  const state = (at: number) => ({ subject, kind: "equipment", fromMs: at, toMs: at, body: `{"at":${at}}` });
  const times = [0, 1.5 * hourMs, 1.75 * hourMs, 3.02 * hourMs];
  await store.as(asWorker, async (tx) => {
    await appendToLog(tx, times.map(state), 0);
    await tx.insert(cursors).values({ name: "projector", position: 0 }).onConflictDoNothing();
    await queueEntry(tx, { subject, kind: "equipment", from: 1, to: 1, body: {} }, 0);
  });
  const sealer = createWindowSealer({
    ...{ store, readings: openPostgresReadings(store), config: loadConfig({ DATA_DIR: "unused" }) },
    ...{ clock: () => 3 * hourMs + 120_000, log: pino({ level: "silent" }) },
  });
  expect(await sealer.sealDue()).toBe(false);
  await store.as(asWorker, (tx) => tx.delete(pendingEntries));
  while (await sealer.sealDue());
  const { log, bodies } = await store.as(asWorker, async (tx) => ({
    log: (await readEntries(tx, 0, 10)).map(({ leaf }) => toHex(leaf)),
    bodies: (await tx.select().from(pendingEntries).orderBy(pendingEntries.id)).map(({ body }) =>
      JSON.parse(body),
    ),
  }));
  const [first, second, third, newest] = log;
  expect(bodies.map(({ roster }) => roster)).toEqual([newest, newest, newest]);
  expect(bodies.map(({ earlierRosters }) => earlierRosters)).toEqual([
    [first],
    [first, second, third],
    [third],
  ]);
});
