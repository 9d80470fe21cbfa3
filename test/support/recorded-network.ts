/** The demo network's records without its clock: messages of its gateways through the inbox, its readers, sealing and the log. */
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { appendEntries } from "#anchor/append-entries.ts";
import { planCheckpoint } from "#anchor/plan-checkpoint.ts";
import { createWindowSealer } from "#anchor/seal-windows.ts";
import { loadConfig } from "#config";
import type { GatewayDevice } from "#demo/devices.ts";
import { messagePayload, topicOf } from "#demo/message.ts";
import { demoNetwork } from "#demo/network.ts";
import { startIngest } from "#ingest/run.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import type { Store } from "#store/connect.ts";
import { appendToInbox, type NewInboxMessage, readCursors } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { keyOf } from "./anchor-network.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const pollMs = 25;
const asWorker = { role: "worker" } as const;

/** What is recorded: every point of a demo network of `sites` pharmacies once a minute, from `from` (a full hour) on. */
export interface Recording {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly dataDir: string;
  readonly sites: number;
  /** The organisations that are registered and speak; all of the network otherwise. */
  readonly only?: readonly string[];
  readonly from: number;
  readonly hours: number;
  /** What somebody does once an hour is projected, before it is sealed. */
  readonly beforeSealing?: () => Promise<void>;
}

/** What came of it. */
export interface Recorded {
  readonly messages: number;
  readonly readings: number;
}

/** Registers the network, and hour by hour takes in, projects and seals what it says; each hour ends with a checkpoint. */
export async function recordNetwork({ store, readings, dataDir, ...what }: Recording): Promise<Recorded> {
  const { from, hours, beforeSealing } = what;
  let now = from;
  const config = loadConfig({ DATA_DIR: dataDir, MQTT_PORT: "0", SEAL_GRACE_MS: "0" });
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" });
  const common = { store, readings, config, log, clock: () => now };
  const { network, gateways } = aNetwork(what);
  const actor = { kind: "system", id: "operator", tenant: null, scopes: ["admin", "register"] } as const;
  const { faults } = await registerNetwork({ ...common, actor }, network);
  if (faults.length > 0) throw new Error(`the network was refused: ${JSON.stringify(faults)}`);
  const ingest = await startIngest({ ...common, receiptKey: keyOf(2) });
  const sealer = createWindowSealer({ ...common, readings });
  const recorded = { messages: 0, readings: 0 };
  try {
    for (let hour = 0; hour < hours; hour += 1) {
      const start = from + hour * 60 * minuteMs;
      const messages = Array.from({ length: 60 }, (_, minute) =>
        gateways.map((gateway) => messageOf(gateway, start + minute * minuteMs, hour * 60 + minute + 1)),
      ).flat();
      now = start + 61 * minuteMs;
      const last = await store.as(asWorker, (tx) =>
        appendToInbox(tx, messages, Math.floor(start / dayMs)).then((appended) => appended.last),
      );
      while ((await store.as(asWorker, readCursors)).projector.position < last) await sleep(pollMs);
      await beforeSealing?.();
      while ((await appendEntries(store, now)) > 0 || (await sealer.sealDue(true)));
      await planCheckpoint(common, { logKey: keyOf(1), force: true });
      recorded.messages += messages.length;
      recorded.readings += 60 * gateways.reduce((n, { channels }) => n + channels.length, 0);
    }
  } finally {
    await ingest.stop();
  }
  return recorded;
}

/** Everything begins when it is registered: the demo's own history would be a day of empty windows before. */
function aNetwork({ sites, only, from }: Pick<Recording, "sites" | "only" | "from">) {
  const { network, devices } = demoNetwork({ seed: 1, sites, now: from });
  const organisations = network.organisations.filter(({ id }) => only?.includes(id) ?? true);
  const withoutPast = (key: string, value: unknown) =>
    key === "since" || key === "signatures" ? undefined : value;
  const file = JSON.parse(JSON.stringify({ ...network, organisations }, withoutPast)) as unknown;
  const ids = new Set(
    organisations.flatMap((one) =>
      (one.sites ?? []).flatMap((site) => (site.gateways ?? []).map(({ id }) => id)),
    ),
  );
  return { network: file, gateways: devices.gateways.filter(({ id }) => ids.has(id)) };
}

function messageOf({ id, key, channels }: GatewayDevice, ts: number, seq: number): NewInboxMessage {
  const topic = topicOf(id, "data");
  const readings = channels.map(({ channel, hasContacts }) => ({
    ...{ s: channel, ts, t: 4 + (seq % 20) / 10 },
    ...(hasContacts ? { door: seq % 30 === 0, power: true } : {}),
  }));
  const payload = messagePayload(topic, { boot: 1, seq, sent: ts, readings }, key);
  const receivedAt = ts + 800;
  return {
    receivedAt,
    gateway: id,
    topic,
    lane: "data",
    door: "embedded",
    payload,
    sha256: fastSha256(payload),
  };
}
