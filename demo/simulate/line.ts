/** A simulated gateway's line to its broker, bare MQTT on a socket: cheap enough for a thousand lines in one process. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type IConnackPacket, type Packet, parser, writeToStream } from "mqtt-packet";

/** What a line needs. `heard` gets what comes down; `taken` each PUBACK with its reason (0x80 and above: refused). */
export interface LineSettings {
  readonly url: URL;
  readonly gateway: string;
  readonly password: string;
  readonly receiptTopic: string;
  readonly heard: (payload: Uint8Array) => void;
  readonly taken: (packetId: number, reason: number) => void;
  readonly up: () => void;
  readonly down: (why: string) => void;
}

/** How a broker that speaks MQTT 3.1.1 only says so: by that version's code, or MQTT 5's. */
const oldProtocolCodes = new Set([1, 0x84]);
/** Reason codes from here on refuse. */
const refusedFrom = 0x80;
const keepAliveS = 60;
const pingAfterMs = 20_000;
/** Neither a PUBACK nor a PINGRESP for so long: the line is dead, whatever TCP thinks. */
const silenceMs = 12_000;
const connectMs = 10_000;
const inFlightMax = 500;
const backOff = { firstMs: 250, longestMs: 8_000 };
const sessionS = 7 * 86_400;

/**
 * A line that is connected, and again whenever the connection is lost, until it is closed; MQTT 5 first, since only that
 * tells of a refused publish.
 */
export class Line {
  readonly #settings: LineSettings;
  #socket: Socket | null = null;
  #isUp = false;
  #isClosed = false;
  #version: 4 | 5 = 5;
  #most: number = inFlightMax;
  #lastId = 0;
  #inFlight = new Set<number>();
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #quietSince = 0;
  #isPinged = false;

  constructor(settings: LineSettings) {
    this.#settings = settings;
    this.#open();
  }

  /** Packets that may be sent now without a PUBACK for earlier ones; 0 while the line is down. */
  room(): number {
    return this.#isUp ? this.#most - this.#inFlight.size : 0;
  }

  /** Sends with QoS 1 and gives the packet's id; only while there is room. */
  publish(topic: string, payload: Buffer): number {
    const messageId = this.#freeId();
    if (this.#inFlight.size === 0) this.#quietSince = Date.now();
    this.#inFlight.add(messageId);
    this.#write({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false });
    return messageId;
  }

  /** Breaks the connection without a word; a new one follows after a while. */
  cut(): void {
    this.#socket?.destroy();
  }

  /** To be called about once a second (ms): pings, and ends a connection on which nothing moves. */
  look(now: number): void {
    if (this.#socket === null) return;
    const quietMs = now - this.#quietSince;
    const longestMs = this.#isUp ? silenceMs : connectMs;
    if ((this.#isPinged || this.#inFlight.size > 0) && quietMs > longestMs) {
      this.#socket.destroy(new Error("nothing moves on the connection"));
    } else if (this.#isUp && !this.#isPinged && quietMs > pingAfterMs) {
      this.#isPinged = true;
      this.#quietSince = now;
      this.#write({ cmd: "pingreq" });
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#isUp) this.#write({ cmd: "disconnect", reasonCode: 0 });
    this.#socket?.end();
    this.#socket?.unref();
  }

  #write(packet: Packet): void {
    if (this.#socket !== null) writeToStream(packet, this.#socket, { protocolVersion: this.#version });
  }

  #open(): void {
    const own = dial(this.#settings.url, () => this.#write(connectPacket(this.#settings, this.#version)));
    this.#socket = own;
    this.#quietSince = Date.now();
    this.#isPinged = true;
    let why = "the connection was closed";
    const packets = parser({ protocolVersion: this.#version });
    packets.on("packet", (packet) => {
      if (own === this.#socket) this.#take(packet);
    });
    packets.on("error", (error: Error) => own.destroy(error));
    own.on("data", (chunk) => {
      this.#quietSince = Date.now();
      this.#isPinged = false;
      packets.parse(chunk);
    });
    own.on("error", (error) => {
      why = error.message;
    });
    own.once("close", () => this.#lost(own, why));
  }

  #lost(own: Socket, why: string): void {
    if (own !== this.#socket) return;
    this.#socket = null;
    this.#isUp = false;
    this.#inFlight = new Set();
    if (this.#isClosed) return;
    this.#settings.down(why);
    const fullMs = Math.min(backOff.longestMs, backOff.firstMs * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#open(), fullMs * (0.5 + Math.random() / 2));
  }

  #take(packet: Packet): void {
    if (packet.cmd === "publish") {
      this.#settings.heard(packet.payload as Buffer);
      if (packet.qos === 1 && packet.messageId !== undefined)
        this.#write({ cmd: "puback", messageId: packet.messageId, reasonCode: 0 });
    } else if (packet.cmd === "puback" && packet.messageId !== undefined) {
      if (this.#inFlight.delete(packet.messageId))
        this.#settings.taken(packet.messageId, packet.reasonCode ?? 0);
    } else if (packet.cmd === "connack") this.#greet(packet);
    else if (packet.cmd === "suback") this.#ready(Number(packet.granted[0] ?? 0));
  }

  #greet(packet: IConnackPacket): void {
    const code = packet.reasonCode ?? packet.returnCode ?? 0;
    if (code !== 0) {
      if (this.#version === 5 && oldProtocolCodes.has(code)) {
        this.#version = 4;
        this.#failures = 0;
      }
      this.#socket?.destroy(new Error(`the broker refuses the connection: code ${code}`));
      return;
    }
    this.#most = Math.min(inFlightMax, packet.properties?.receiveMaximum ?? inFlightMax);
    const subscriptions = [{ topic: this.#settings.receiptTopic, qos: 1 as const }];
    this.#write({ cmd: "subscribe", messageId: this.#freeId(), subscriptions });
  }

  #ready(granted: number): void {
    if (granted >= refusedFrom) {
      this.#socket?.destroy(new Error("the broker refuses the subscription to receipts"));
      return;
    }
    this.#failures = 0;
    this.#isUp = true;
    this.#settings.up();
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId % 65_535) + 1;
    while (this.#inFlight.has(this.#lastId));
    return this.#lastId;
  }
}

function dial(url: URL, connected: () => void): Socket {
  const isTls = url.protocol === "mqtts:";
  const address = {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || (isTls ? 8883 : 1883)),
  };
  const socket = isTls
    ? connectTls({ ...address, servername: address.host }, connected)
    : connectTcp(address, connected);
  socket.setNoDelay(true);
  return socket;
}

function connectPacket({ gateway, password }: LineSettings, version: 4 | 5): Packet {
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: version,
    clean: false,
    clientId: gateway,
    keepalive: keepAliveS,
    username: gateway,
    password: Buffer.from(password),
    ...(version === 5 ? { properties: { sessionExpiryInterval: sessionS, receiveMaximum: 100 } } : {}),
  };
}
