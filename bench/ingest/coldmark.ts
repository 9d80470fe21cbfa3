import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { startChild, type TestChild } from "#test/support/child.ts";
import type { ContenderKind } from "./contender.ts";
import { benchNetwork, probePoint } from "./network.ts";
import type { World } from "./start-world.ts";

const root = dirname(dirname(import.meta.dirname));
/** As it is started in earnest, with the heap's limits. */
const launcher = join(root, "coldmark");
const roles = "broker,collect,project";
const database = "coldmark";

/** Coldmark itself: its ingestion as a process of its own, on PostgreSQL, the bench's broker and InfluxDB. */
export const coldmark: ContenderKind = {
  name: "coldmark",
  needsPostgres: true,
  firstRate: 8_000,
  holdsBackMs: 0,
  readsSigned: true,
  start: async (world, load, profileDir) => {
    const env = settingsFor(world);
    const file = join(world.folder, "network.json");
    writeFileSync(file, JSON.stringify(benchNetwork(load)));
    await promisify(execFile)(launcher, ["register", file], {
      env: { ...process.env, ...env },
    });
    const socket = join(world.folder, "control.sock");
    const profile: Record<string, string> =
      profileDir === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` };
    const args = ["up", "--role", roles];
    const start = (): Promise<TestChild> =>
      startChild(launcher, args, async () => existsSync(socket), { env: { ...env, ...profile } });
    let child = await start();
    return {
      pids: () => ({ collector: child.pid, postgres: world.postgres?.pid ?? 0 }),
      database,
      probes: `point = '${probePoint}'`,
      readings: `point != '${probePoint}'`,
      words: () => child.words(),
      kill9: () => child.end("SIGKILL"),
      restart: async () => {
        child = await start();
      },
      stop: () => child.end("SIGTERM"),
    };
  },
};

function settingsFor({ folder, broker, influx, postgres }: World): Record<string, string> {
  if (postgres === null) throw new Error("Coldmark needs PostgreSQL");
  return {
    DATA_DIR: folder,
    DATABASE_URL: postgres.url,
    MQTT_URL: broker.url,
    MQTT_USERNAME: broker.collector.username,
    MQTT_PASSWORD: broker.collector.password,
    INFLUX_URL: influx.url,
    INFLUX_VERSION: "1",
    INFLUX_DATABASE: database,
    LOG_LEVEL: "warn",
  };
}
