import { createServer, type Socket } from "node:net";
import { connectAsync } from "mqtt";
import mqttPacket from "mqtt-packet";
import { afterEach, expect, test } from "vitest";
import { endConnection } from "./end-connection.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A broker that greets, and from then on takes what comes without a word, as on a line that was cut. */
async function connectToMute() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.once("data", () =>
      socket.write(mqttPacket.generate({ cmd: "connack", returnCode: 0, sessionPresent: false })),
    );
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.close(),
    () => {
      for (const socket of sockets) socket.destroy();
    },
  );
  const { port } = server.address() as { port: number };
  return connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, clean: false, clientId: "c" });
}

test("a broker that never acknowledges what we published is not waited for", async () => {
  const client = await connectToMute();
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  client.publish("a", "b", { qos: 1 }, () => undefined);
  await endConnection(client);
  await closed;
});

test("nor is one that never takes our last words", async () => {
  const client = await connectToMute();
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await endConnection(client, () => client.publishAsync("a", "b", { qos: 1 }));
  await closed;
});

test("MQTT.js by itself would wait, even when the line is gone (control)", async () => {
  const client = await connectToMute();
  client.publish("a", "b", { qos: 1 }, () => undefined);
  let isOver = false;
  client.endAsync().then(() => {
    isOver = true;
  });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  client.stream.destroy();
  await closed;
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
});
