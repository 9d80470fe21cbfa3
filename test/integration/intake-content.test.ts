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
  expect(rows.map(({ payload }) => payload[0])).toEqual(
    Array.from({ length: 60 }, (_, n) => n).filter((n) => n !== 41),
  );
  expect(rows[7]).toMatchObject({ gateway: "gw\uFFFD-1", topic: "coldmark/v1/gw\uFFFD-1/data" });
  expect(rows[20]).toMatchObject({ lane: "other", receivedAt: now });
});
