/** A line between gateways and a broker on which messages get lost after their PUBACK, as on a broker that drops its queue. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";

/** The line; `down` is what the broker sent to the gateways. */
export interface DroppingLine {
  readonly url: string;
  readonly down: { readonly topic: string; readonly payload: Uint8Array }[];
  readonly dropped: IPublishPacket[];
  stop(): Promise<void>;
}

/** Opens a line to a broker (MQTT 3.1.1); a publish for which `loses` is true is acknowledged and forgotten. */
export async function openDroppingLine(
  brokerUrl: string,
  loses: (packet: IPublishPacket) => boolean,
): Promise<DroppingLine> {
  const { hostname, port } = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  const line: Pick<DroppingLine, "down" | "dropped"> = { down: [], dropped: [] };
  const server = createServer((gateway) => {
    const broker = connect(Number(port), hostname);
    for (const [socket, other] of [
      [gateway, broker],
      [broker, gateway],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    relay(gateway, (packet) => {
      if (packet.cmd !== "publish" || !loses(packet)) return void broker.write(generate(packet));
      line.dropped.push(packet);
      gateway.write(generate({ cmd: "puback", messageId: packet.messageId ?? 0 }));
    });
    relay(broker, (packet) => {
      if (packet.cmd === "publish")
        line.down.push({ topic: packet.topic, payload: new Uint8Array(Buffer.from(packet.payload)) });
      gateway.write(generate(packet));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    ...line,
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function relay(from: Socket, take: (packet: Packet) => void): void {
  const packets = parser({ protocolVersion: 4 });
  packets.on("packet", take);
  from.on("data", (chunk: Buffer) => packets.parse(chunk));
}
