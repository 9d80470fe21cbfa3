/** MQTT by the byte, for what no client library would send. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { gatewayPassword } from "./gateway-network.ts";

/** A socket to a broker and what came back on it. */
export interface RawConnection {
  readonly socket: Socket;
  readonly packets: readonly Packet[];
  isOpen(): boolean;
  send(...parts: readonly (Packet | Uint8Array)[]): void;
  /** The first packet, come already or to come, of this kind. @throws when the connection ends without one */
  packet<Kind extends Packet["cmd"]>(cmd: Kind, fits?: (packet: Packet) => boolean): Promise<Packet>;
  /** Resolves when the broker, or this side, has closed the connection. */
  closed(): Promise<void>;
  end(): Promise<void>;
}

/** Opens a TCP connection from `from` (an address of 127.0.0.0/8) and says nothing. */
export async function openRaw(
  port: number,
  { from = "127.0.0.1", version = 4 } = {},
): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from });
  await once(socket, "connect");
  const packets: Packet[] = [];
  const lookers = new Set<() => void>();
  const reader = parser({ protocolVersion: version });
  reader.on("packet", (packet: Packet) => packets.push(packet));
  reader.on("error", () => socket.destroy());
  const look = () => {
    for (const looker of [...lookers]) looker();
  };
  socket.on("data", (chunk: Buffer) => {
    reader.parse(chunk);
    look();
  });
  socket.on("error", () => undefined);
  socket.on("close", look);
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return {
    socket,
    packets,
    isOpen: () => !socket.closed && !socket.destroyed,
    send: (...parts) => {
      const bytes = parts.map((part) =>
        part instanceof Uint8Array ? part : generate(part, { protocolVersion: version }),
      );
      socket.write(Buffer.concat(bytes));
    },
    packet: (cmd, fits = () => true) =>
      new Promise((resolve, reject) => {
        const looker = () => {
          const found = packets.find((packet) => packet.cmd === cmd && fits(packet));
          if (!found && !socket.closed) return;
          lookers.delete(looker);
          if (found) resolve(found);
          else reject(new Error(`the connection ended without a ${cmd}`));
        };
        lookers.add(looker);
        looker();
      }),
    closed: () => ended,
    end: () => {
      socket.destroy();
      return ended;
    },
  };
}

/** The CONNECT of a gateway of a test. */
export function connectPacket(id: string, change: object = {}): Packet {
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: id,
    keepalive: 60,
    username: id,
    password: Buffer.from(gatewayPassword),
    ...change,
  };
}

/** A PUBLISH with QoS 1, unless `change` says otherwise. */
export function publishPacket(
  topic: string,
  payload: string | Uint8Array,
  messageId: number,
  change: object = {},
): Packet {
  return {
    cmd: "publish",
    topic,
    payload: typeof payload === "string" ? payload : Buffer.from(payload),
    messageId,
    qos: 1,
    dup: false,
    retain: false,
    ...change,
  };
}
