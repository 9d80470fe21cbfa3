/**
 * The load generator: a process of its own that costs next to nothing while it runs. All packets are made, and signed,
 * before; then slices of memory go into sockets at the times of an open loop, and PUBACKs are counted by their length.
 * Its parent speaks to it over IPC: an order, "go", "count".
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { type Load, messagesOf, planMessage } from "./load.ts";
import { createPacketTape, type PacketTape } from "./packet-tape.ts";
import { dataTopic, toPayload } from "./payload.ts";
import type { PublisherOrder, PublisherWord } from "./start-publisher.ts";

/** One connection: what it has to send and how far it has come. */
interface Lane {
  readonly socket: Socket;
  readonly tape: PacketTape;
  sent: number;
  acknowledgedBytes: number;
}

const tickMs = 4;
/** A PUBACK of MQTT 3.1.1 has 4 bytes (§3.4); a publisher that subscribes to nothing hears nothing else. */
const pubackBytes = 4;
const connackBytes = 4;

/** Gateways take turns over the connections, each always on the same one, so that its messages stay in order. */
function tapesOf(load: Load, connections: number): PacketTape[] {
  const tapes = Array.from({ length: connections }, createPacketTape);
  const form = { boot: load.startAt, isSigned: load.isSigned };
  for (let index = 0; index < messagesOf(load); index += 1) {
    const message = planMessage(load, index);
    tapes[index % connections]?.append(dataTopic(message.gateway), toPayload(message, form));
  }
  return tapes;
}

async function openLane(order: PublisherOrder, tape: PacketTape, nth: number): Promise<Lane> {
  const socket = connect({ host: "127.0.0.1", port: order.port, noDelay: true });
  await once(socket, "connect");
  const { username, password } = order;
  const clientId = `${username}-${nth}`;
  socket.write(
    generate({
      cmd: "connect",
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: 0,
      username,
      password: Buffer.from(password),
    }),
  );
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (answer.length !== connackBytes || answer[3] !== 0) throw new Error("the broker refuses the publisher");
  const lane: Lane = { socket, tape, sent: 0, acknowledgedBytes: 0 };
  socket.on("data", (bytes: Buffer) => {
    lane.acknowledgedBytes += bytes.length;
  });
  socket.on("close", () => fail("the broker closed a connection of the publisher"));
  return lane;
}

function acknowledged(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, lane) => sum + Math.floor(lane.acknowledgedBytes / pubackBytes), 0);
}

/** Sends what is due on a connection and fits its window. */
function sendDue(lane: Lane, due: number, window: number): void {
  const most = Math.floor(lane.acknowledgedBytes / pubackBytes) + window;
  const to = Math.min(due, most, lane.tape.count);
  if (to <= lane.sent) return;
  lane.socket.write(lane.tape.bytes(lane.sent, to));
  lane.sent = to;
}

/** Resolves once everything is acknowledged. */
function run(load: Load, lanes: readonly Lane[], window: number): Promise<void> {
  const began = performance.now();
  const total = messagesOf(load);
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - began) * load.messagesPerSecond) / 1000));
      for (const [nth, lane] of lanes.entries()) sendDue(lane, Math.ceil((due - nth) / lanes.length), window);
      if (acknowledged(lanes) < total) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
}

function tell(word: PublisherWord): void {
  process.send?.(word);
}

function fail(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

process.once("disconnect", () => process.exit(0));
const [order] = (await once(process, "message")) as [PublisherOrder];
const lanes: Lane[] = [];
for (const [nth, tape] of tapesOf(order.load, order.connections).entries())
  lanes.push(await openLane(order, tape, nth));
const window = Math.floor(order.window / lanes.length);
process.on("message", (word) => {
  if (word === "count") tell({ kind: "count", acknowledged: acknowledged(lanes) });
});
tell({ kind: "ready" });
await once(process, "message");
await run(order.load, lanes, window);
tell({ kind: "done", acknowledged: acknowledged(lanes) });
