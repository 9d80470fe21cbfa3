import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChild, type TestChild } from "#test/support/child.ts";
import { freePort } from "#test/support/free-port.ts";
import type { ContenderKind } from "./contender.ts";
import { peerConditions } from "./peer-conditions.ts";
import { peerFile } from "./peer-packages.ts";
import type { World } from "./start-world.ts";

/** Node-RED 4 with node-red-contrib-influxdb: MQTT in (QoS 1, session kept), a function, InfluxDB batch. */
export const nodeRed: ContenderKind = {
  name: "node-red",
  needsPostgres: false,
  firstRate: 1_500,
  holdsBackMs: 0,
  readsSigned: true,
  start: async (world) => {
    await world.reader.createDatabase(peerConditions.database);
    const folder = join(world.folder, "node-red");
    const port = await freePort();
    mkdirSync(folder);
    writeFileSync(join(folder, "settings.js"), settings);
    writeFileSync(join(folder, "flows.json"), JSON.stringify(flowOf(world)));
    const { username: user, password } = world.broker.collector;
    writeFileSync(join(folder, "flows_cred.json"), JSON.stringify({ broker: { user, password } }));
    const args = [
      ...[peerFile("node_modules", "node-red", "red.js"), "--userDir", folder],
      ...["--settings", join(folder, "settings.js"), "--port", String(port), "flows.json"],
    ];
    const isReady = async (words: string) => words.includes("Connected to broker");
    const start = (): Promise<TestChild> => startChild(process.execPath, args, isReady);
    let child = await start();
    return {
      ...peerConditions,
      pids: () => ({ "node-red": child.pid }),
      words: () => child.words(),
      kill9: () => child.end("SIGKILL"),
      restart: async () => {
        child = await start();
      },
      stop: () => child.end("SIGKILL"),
    };
  },
};

/** No editor, and credentials as they are: a bench keeps no secrets. */
const settings = `module.exports = {
  uiHost: "127.0.0.1",
  disableEditor: true,
  credentialSecret: false,
  logging: { console: { level: "info", metrics: false, audit: false } },
};
`;

/** Messages become points; of a signed one the body is taken, its signature is not looked at. */
const functionText = `
const outer = JSON.parse(msg.payload);
const message = outer.body === undefined ? outer : JSON.parse(Buffer.from(outer.body, "base64").toString());
const gateway = msg.topic.split("/")[2];
msg.payload = message.readings.map(({ s, ts, t }) => ({
  measurement: "reading",
  tags: { gateway, channel: s },
  fields: { t },
  timestamp: ts,
}));
return msg;
`;

function flowOf({ broker, influx }: World): object[] {
  const { hostname, port } = new URL(influx.url);
  return [
    { id: "flow", type: "tab", label: "bench" },
    {
      ...{ id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: String(broker.port) },
      ...{ clientid: broker.collector.username, cleansession: false, protocolVersion: "4", keepalive: "60" },
      ...{ autoConnect: true, usetls: false },
    },
    {
      ...{ id: "influx", type: "influxdb", hostname, port, protocol: "http", usetls: false },
      ...{ database: peerConditions.database, influxdbVersion: "1.x" },
    },
    {
      ...{ id: "in", type: "mqtt in", z: "flow", broker: "broker", topic: "coldmark/v1/+/data", qos: "1" },
      ...{ datatype: "utf8", wires: [["map"]] },
    },
    { id: "map", type: "function", z: "flow", func: functionText, outputs: 1, wires: [["out"]] },
    { id: "out", type: "influxdb batch", z: "flow", influxdb: "influx", precision: "ms", wires: [] },
  ];
}
