// Ingestion with its embedded broker as a process of its own, so that its end can be seen:
// `DATABASE_URL=… node test/support/ingest-child.ts`. Says in one line of JSON where its broker listens, and stops
// orderly when its input ends. What nobody catches ends it with another code than 0.
import { once } from "node:events";
import { tmpdir } from "node:os";
import { pino } from "pino";
import { loadConfig } from "#config";
import { startIngest } from "#ingest/run.ts";
import { openStore } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";

const store = await openStore({ databaseUrl: process.env.DATABASE_URL ?? "", dataDir: tmpdir() });
const ingest = await startIngest({
  ...{
    store,
    readings: openPostgresReadings(store),
    config: loadConfig({ MQTT_PORT: "0" }),
    clock: Date.now,
  },
  log: pino({ level: "error" }, pino.destination(2)),
  receiptKey: { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) },
});
process.stdout.write(`${JSON.stringify({ url: ingest.broker.url })}\n`);
await once(process.stdin.resume(), "end");
await ingest.stop();
await store.close();
