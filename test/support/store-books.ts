/** The books as the records themselves have them, whatever process wrote them. */
import { expect } from "vitest";
import type { Store } from "#store/connect.ts";
import { readCursors, waitingAbove } from "#store/inbox.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { sensors } from "#store/schema/sensors.ts";
import type { Counters } from "./ingest-house.ts";
import { type Books, strayEnds } from "./one-end.ts";

const worker = { role: "worker" } as const;

/** What became of the readings, as the cursors tell it. */
export function countersIn(store: Store): Promise<Counters> {
  return store.as(worker, async (tx) => {
    const { projector } = await readCursors(tx);
    const { received, stored, duplicate, deadLetter, position } = projector;
    const inFlight = (await waitingAbove(tx, position)).messages;
    return { received, stored, duplicate, deadLetter, inFlight };
  });
}

/**
 * Once nothing is in flight, every message came to exactly one end and the counters say the same (design §4); `more` is where the
 * readings are if not in the records, and what foreign messages hold.
 */
export async function expectOneEndEach(
  store: Store,
  more: Pick<Partial<Books>, "readings" | "foreignReadings"> = {},
): Promise<void> {
  const counters = () => countersIn(store);
  await expect.poll(async () => (await counters()).inFlight, { timeout: 60_000 }).toBe(0);
  const own = await store.as(worker, (tx) => tx.select().from(sensors));
  const pointOf = new Map(own.map(({ gatewayId, channel, point }) => [`${gatewayId} ${channel}`, point]));
  const points = own.map(({ tenantId: tenant, point }) => ({ tenant, point }));
  const pointFor = (gateway: string, channel: string) => pointOf.get(`${gateway} ${channel}`) ?? "nowhere";
  const books = { store, readings: openPostgresReadings(store), counters, points, pointFor };
  expect(await strayEnds({ ...books, ...more })).toEqual([]);
  expect((await counters()).received).toBeGreaterThan(0);
}
