import { setTimeout as pause } from "node:timers/promises";
import { connectAsync } from "mqtt";
import type { Contender } from "./contender.ts";
import { type Load, probeGateway } from "./load.ts";
import { dataTopic, toPayload } from "./payload.ts";
import type { World } from "./start-world.ts";

/** A gateway of its own whose every reading is looked for in InfluxDB until it is there. */
export interface Probe {
  /** Publish to queryable, ms, of every probe since the last `reset`. */
  readonly latenciesMs: readonly number[];
  /** Probes published that aren't queryable. */
  missing(): number;
  /** The newest receipt of each gateway: all messages up to this seq are durable. */
  readonly receipts: ReadonlyMap<string, number>;
  /** Forgets what was measured so far. */
  reset(): void;
  /** Publishes no more; what is under way may still arrive. */
  quiet(): void;
  stop(): Promise<void>;
}

const publishEachMs = 100;
const lookEachMs = 20;

/** Begins to probe: ten readings a second. */
export async function startProbe(world: World, contender: Contender, load: Load): Promise<Probe> {
  const { broker, reader } = world;
  const client = await connectAsync(broker.url, {
    ...broker.publisher,
    clientId: "bench-probe",
    protocolVersion: 4,
  });
  const receipts = new Map<string, number>();
  client.on("message", (topic, payload) => {
    const { upTo } = JSON.parse(payload.toString()) as { upTo: number };
    receipts.set(topic.split("/")[2] ?? "", upTo);
  });
  await client.subscribeAsync("coldmark/v1/+/receipt", { qos: 0 });
  const waiting = new Map<number, number>();
  const latenciesMs: number[] = [];
  let [seq, last, stopped] = [0, 0, false];
  const publish = () => {
    seq += 1;
    last = Math.max(Date.now(), last + 1);
    const message = {
      gateway: probeGateway,
      seq,
      poison: null,
      readings: [{ ts: last, temperatureC: 5 }],
    };
    waiting.set(last, performance.now());
    client.publish(
      dataTopic(probeGateway),
      toPayload(message, { boot: load.startAt, isSigned: load.isSigned }),
      { qos: 1 },
    );
  };
  const look = async () => {
    const [oldest] = waiting.keys();
    if (oldest === undefined) return;
    const seen = await reader
      .times(contender.database, `${contender.probes} AND time >= ${oldest}ms`)
      .catch(() => []);
    const at = performance.now();
    for (const ts of seen) {
      const since = waiting.get(ts);
      if (since !== undefined) latenciesMs.push(at - since);
      waiting.delete(ts);
    }
  };
  const timer = setInterval(publish, publishEachMs);
  const looking = (async () => {
    while (!stopped) {
      await look();
      await pause(lookEachMs);
    }
  })();
  return {
    latenciesMs,
    missing: () => waiting.size,
    receipts,
    reset: () => {
      waiting.clear();
      latenciesMs.length = 0;
    },
    quiet: () => clearInterval(timer),
    stop: async () => {
      clearInterval(timer);
      stopped = true;
      await looking;
      await client.endAsync(true);
    },
  };
}
