import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "#config";
import { startIngest } from "#ingest/run.ts";
import { openStore, type Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { inbox } from "#store/schema/inbox.ts";
import { registerGateways } from "../support/gateway-network.ts";
import { bodyOf, connectGateway } from "../support/mqtt-gateway.ts";

const folder = mkdtempSync(join(tmpdir(), "coldmark-control-"));
let store: Store;

beforeAll(async () => {
  store = await openStore({ dataDir: folder });
  await registerGateways(store, "pharmacy-1", [{ id: "gw-1" }, { id: "gw-2" }]);
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const durable = async () => {
  const rows = await store.as({ role: "worker" }, (tx) => tx.select({ n: count() }).from(inbox));
  return rows[0]?.n;
};

/** How many messages are durable at the moment a gateway hears its first receipt, and after an orderly stop. */
async function firstReceipt(gatewayId: string, control: "true" | "false") {
  const ingest = await startIngest({
    store,
    readings: openPostgresReadings(store),
    config: loadConfig({ MQTT_PORT: "0", TEST_RECEIPT_BEFORE_COMMIT: control }),
    clock: Date.now,
    log: pino({ level: "silent" }),
    receiptKey: { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) },
  });
  const gateway = await connectGateway(ingest.broker.url, gatewayId);
  const heard = gateway.receipt((receipt) => receipt.upTo === 1).then(durable);
  await gateway.publish("data", bodyOf(1, 1, [{ s: "t1", ts: Date.now(), t: 5 }]));
  const atReceipt = await heard;
  await gateway.close();
  await ingest.stop();
  return { atReceipt, afterStop: await durable() };
}

test("a receipt comes after the commit; the control's comes before it, where a kill loses what was promised", async () => {
  expect(await firstReceipt("gw-1", "true")).toEqual({ atReceipt: 0, afterStop: 1 });
  expect(await firstReceipt("gw-2", "false")).toEqual({ atReceipt: 2, afterStop: 2 });
});
