import { startChild, type TestChild } from "#test/support/child.ts";
import type { ContenderKind } from "./contender.ts";
import { peerConditions } from "./peer-conditions.ts";
import { peerFile } from "./peer-packages.ts";

/** MQTT.js and the InfluxDB client's write API with their defaults, in the fewest lines: what many would write first. */
export const plainProgram: ContenderKind = {
  name: "mqtt.js+writeapi",
  needsPostgres: false,
  firstRate: 8_000,
  holdsBackMs: 60_000,
  readsSigned: true,
  start: async ({ broker, influx, reader }) => {
    await reader.createDatabase(peerConditions.database);
    const env = {
      MQTT_URL: broker.url,
      MQTT_USERNAME: broker.collector.username,
      MQTT_PASSWORD: broker.collector.password,
      INFLUX_URL: influx.url,
      INFLUX_DATABASE: peerConditions.database,
    };
    const isReady = async (words: string) => words.includes("subscribed");
    const start = (): Promise<TestChild> =>
      startChild(process.execPath, [peerFile("mqtt-write-api.js")], isReady, { env });
    let child = await start();
    return {
      ...peerConditions,
      pids: () => ({ program: child.pid }),
      words: () => child.words(),
      kill9: () => child.end("SIGKILL"),
      restart: async () => {
        child = await start();
      },
      stop: () => child.end("SIGKILL"),
    };
  },
};
