import { accessSync, constants, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { startChild, type TestChild } from "#test/support/child.ts";
import type { ContenderKind } from "./contender.ts";
import { peerConditions } from "./peer-conditions.ts";
import type { World } from "./start-world.ts";

/** Where telegraf is on the search path, null when it is not installed. */
export function findTelegraf(): string | null {
  const files = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "telegraf"));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Telegraf with a tracked, persistent MQTT session and a batch a second (reference/ingestion.md §6.11). */
export function telegrafAt(program: string): ContenderKind {
  return {
    name: "telegraf",
    needsPostgres: false,
    firstRate: 8_000,
    holdsBackMs: 0,
    readsSigned: false,
    start: async (world) => {
      await world.reader.createDatabase(peerConditions.database);
      const file = join(world.folder, "telegraf.conf");
      writeFileSync(file, configuration(world));
      const isReady = async (words: string) => words.includes("Connected [tcp://");
      const start = (): Promise<TestChild> => startChild(program, ["--config", file], isReady);
      let child = await start();
      return {
        ...peerConditions,
        pids: () => ({ telegraf: child.pid }),
        words: () => child.words(),
        kill9: () => child.end("SIGKILL"),
        restart: async () => {
          child = await start();
        },
        stop: () => child.end("SIGKILL"),
      };
    },
  };
}

function configuration({ broker, influx }: World): string {
  const { username, password } = broker.collector;
  return `[agent]
  metric_batch_size = 1000
  metric_buffer_limit = 100000
  flush_interval = "1s"
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:${broker.port}"]
  topics = ["coldmark/v1/+/data"]
  topic_tag = ""
  qos = 1
  persistent_session = true
  client_id = "${username}"
  username = "${username}"
  password = "${password}"
  max_undelivered_messages = 10000
  data_format = "json_v2"
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "coldmark/v1/+/data"
    tags = "_/_/gateway/_"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "reading"
    [[inputs.mqtt_consumer.json_v2.object]]
      path = "readings"
      timestamp_key = "ts"
      timestamp_format = "unix_ms"
      tags = ["s"]
[[outputs.influxdb]]
  urls = ["${influx.url}"]
  database = "${peerConditions.database}"
  skip_database_creation = true
`;
}
