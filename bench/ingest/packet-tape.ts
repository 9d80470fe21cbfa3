/** Many MQTT PUBLISH packets one after another in one piece of memory, ready to be sent. */
export interface PacketTape {
  readonly count: number;
  /** The bytes of the packets `from` (counted from 0) up to but not including `to`. */
  bytes(from: number, to: number): Uint8Array;
  append(topic: string, payload: Uint8Array): void;
}

const packetIds = 65_535;
const firstBytes = 1 << 20;

/** An empty tape; packets are QoS 1 of MQTT 3.1.1 (§3.3), their ids count from 1 and begin again after 65,535. */
export function createPacketTape(): PacketTape {
  let memory: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  let end = 0;
  const ends: number[] = [0];
  return {
    get count() {
      return ends.length - 1;
    },
    bytes: (from, to) => memory.subarray(ends[from], ends[to]),
    append: (topic, payload) => {
      const most = topic.length * 3 + payload.length + 9;
      if (end + most > memory.length) memory = grown(memory, end + most);
      end = writePublish(memory, end, { topic, payload, id: ((ends.length - 1) % packetIds) + 1 });
      ends.push(end);
    },
  };
}

function grown(memory: Buffer, least: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(memory.length * 2, least));
  memory.copy(larger);
  return larger;
}

interface Publish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly id: number;
}

/** Writes one packet at `at` and tells where it ends. */
function writePublish(memory: Buffer, at: number, { topic, payload, id }: Publish): number {
  const topicBytes = Buffer.byteLength(topic);
  let left = 2 + topicBytes + 2 + payload.length;
  let next = memory.writeUInt8(0x32, at);
  do {
    const more = left > 127 ? 0x80 : 0;
    next = memory.writeUInt8((left % 128) | more, next);
    left = Math.floor(left / 128);
  } while (left > 0);
  next = memory.writeUInt16BE(topicBytes, next);
  next += memory.write(topic, next);
  next = memory.writeUInt16BE(id, next);
  memory.set(payload, next);
  return next + payload.length;
}
