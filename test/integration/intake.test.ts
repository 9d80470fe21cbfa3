import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openIntake } from "#ingest/accept.ts";
import type { InboundMessage } from "#ingest/message.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import { openStore, type Store } from "#store/connect.ts";
import { readInbox } from "#store/inbox.ts";
import { whenDurable } from "../support/when-durable.ts";

let folder = "";
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-accept-"));
  store = await openStore({ dataDir: folder });
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = 1_800_000_000_000;
const message = (change: Partial<InboundMessage>): InboundMessage => ({
  ...{ gateway: "gw-1", topic: "coldmark/v1/gw-1/data", lane: "data", door: "embedded", receivedAt: now },
  payload: Buffer.from("{}"),
  ...change,
});
const kept = () =>
  store.as({ role: "worker" }, (tx) => readInbox(tx, { position: 0, limit: 1_000, maxBytes: 1e9 }));

it("lets no message that the records refuse stop those around it", async () => {
  const intake = openIntake({
    ...{ store, log: pino({ level: "silent" }), clock: () => now, messagesMax: 1_000, premature: null },
    onDurable: () => undefined,
    isLiveBehind: () => false,
    isOneConnection: true,
    meters: createIngestMeters(),
  });
  const poison: Record<number, Partial<InboundMessage>> = {
    7: { gateway: "gw\0-1", topic: "coldmark/v1/gw\0-1/data" },
    20: { receivedAt: Number.NaN },
    41: { door: "\0" as InboundMessage["door"] },
  };
  const sent = Array.from({ length: 60 }, (_, n) => message({ payload: Buffer.from([n]), ...poison[n] }));
  const ends = await Promise.allSettled(sent.map((one) => whenDurable(intake, one)));
  await intake.stop();
  const refused = ends.flatMap(({ status }, n) => (status === "rejected" ? [n] : []));
  expect(refused).toEqual([41]);
  const rows = await kept();
  const numbers = (of: string) =>
    rows.filter(({ gateway }) => gateway === of).map(({ payload }) => payload[0]);
  expect(numbers("gw-1")).toEqual(Array.from({ length: 60 }, (_, n) => n).filter((n) => n !== 41 && n !== 7));
  expect(numbers("gw\uFFFD-1")).toEqual([7]);
  const plain = rows.filter(({ lane }) => lane === "other");
  expect(plain).toMatchObject([{ payload: new Uint8Array([20]), receivedAt: now }]);
});

it("tells how long the oldest message waits, whatever the clock on the wall does meanwhile", async () => {
  let [wall, up] = [now, 0];
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const intake = openIntake({
    store: { ...store, as: (who, work) => open.then(() => store.as(who, work)) },
    ...{ log: pino({ level: "silent" }), clock: () => wall, uptime: () => up, messagesMax: 1_000 },
    ...{ premature: null, onDurable: () => undefined, isLiveBehind: () => false, isOneConnection: true },
    meters: createIngestMeters(),
  });
  const durable = whenDurable(intake, message({}));
  up = 1_000;
  wall += 7_200_000;
  expect(intake.oldestWaitMs()).toBe(1_000);
  up = 31_000;
  wall -= 86_400_000;
  expect(intake.oldestWaitMs()).toBe(31_000);
  resolve();
  await durable;
  expect(intake.oldestWaitMs()).toBe(0);
  await intake.stop();
});
