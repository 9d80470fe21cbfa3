// MQTT to InfluxDB as its libraries' own examples have it: the MQTT client's automatic PUBACK, the write API's defaults.
import { InfluxDB, Point } from "@influxdata/influxdb-client";
import mqtt from "mqtt";

const { MQTT_URL, MQTT_USERNAME, MQTT_PASSWORD, INFLUX_URL, INFLUX_DATABASE } = process.env;
const writeApi = new InfluxDB({ url: INFLUX_URL }).getWriteApi("", INFLUX_DATABASE, "ms");
writeApi.path = `/write?db=${INFLUX_DATABASE}&precision=ms`; // InfluxDB 1.x before 1.8

const client = mqtt.connect(MQTT_URL, {
  clientId: MQTT_USERNAME,
  username: MQTT_USERNAME,
  password: MQTT_PASSWORD,
  clean: false,
});
client.on("connect", () => {
  client.subscribe("coldmark/v1/+/data", { qos: 1 }, (error) => {
    process.stdout.write(error ? `${error.message}\n` : "subscribed\n");
  });
});
client.on("message", (topic, payload) => {
  try {
    const outer = JSON.parse(payload.toString());
    const message =
      outer.body === undefined ? outer : JSON.parse(Buffer.from(outer.body, "base64").toString());
    for (const { s, ts, t } of message.readings) {
      const point = new Point("reading").tag("gateway", topic.split("/")[2]).tag("channel", s);
      writeApi.writePoint(point.floatField("t", t).timestamp(ts));
    }
  } catch (error) {
    process.stderr.write(`a message can't be used: ${error.message}\n`);
  }
});

process.on("SIGTERM", async () => {
  await writeApi.close().catch(() => undefined);
  client.end(() => process.exit(0));
});
