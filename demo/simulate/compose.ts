/** What simulated gateways say: readings inside the limits whose values follow from their time, and poison. */
import { messagePayload } from "../message.ts";
import type { Reading } from "../reading-source.ts";
import type { DeviceKey } from "../seed.ts";

/** Where a message goes and which one it is; `sent` is the gateway's own clock, epoch ms. */
export interface Place {
  readonly topic: string;
  readonly boot: number;
  readonly seq: number;
  readonly sent: number;
  readonly key: DeviceKey | null;
}

/** The temperature that a channel shows at a time: 3 to 7 °C, whole thousandths, the same whenever it is asked. */
export function temperatureAt(channel: number, ts: number): number {
  return (3_000 + ((Math.trunc(ts / 7) * 31 + ts + channel * 977) % 4_001)) / 1_000;
}

/** Readings at `ts`, `ts` + 1 … ms, in turn over the channels: at each time every channel once. */
export function readingsAt(
  channels: readonly { readonly name: string }[],
  ts: number,
  count: number,
): Reading[] {
  return Array.from({ length: count }, (_, at) => {
    const channel = at % channels.length;
    const own = ts + Math.trunc(at / channels.length);
    return { s: channels[channel]?.name ?? "", ts: own, t: temperatureAt(channel, own) };
  });
}

/** How many ms of a gateway's time a message's readings take. */
export function spanMs(channels: number, count: number): number {
  return Math.ceil(count / channels);
}

/** A message of readings, signed where the gateway signs. */
export function composeMessage({ topic, key, ...place }: Place, readings: readonly Reading[]): Buffer {
  return Buffer.from(messagePayload(topic, { ...place, readings }, key));
}

/** Kinds of poison that still say which message they are, so that a receipt covers them. */
const placedPoison: ((place: Omit<Place, "topic" | "key">) => Record<string, unknown>)[] = [
  ({ sent }) => ({ readings: [{ s: "t1", ts: sent, t: 1e9 }] }),
  ({ sent }) => ({ readings: [{ s: "no-such-channel", ts: sent, t: 5 }] }),
  ({ sent }) => ({ readings: [{ s: "t1", ts: sent + 10 * 86_400_000, t: 5 }] }),
  ({ sent }) => ({ readings: [{ s: "t1", ts: sent, t: "5" }] }),
  () => ({ readings: {} }),
  ({ sent }) => ({ readings: [{ s: "t1", ts: sent, t: 5 }], extra: "\u0000" }),
];

/** Kinds of poison that say nothing of the sort. */
const loosePoison: readonly Buffer[] = [
  Buffer.from('{"v":1,"boot":1,"seq":'),
  Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
  Buffer.from("[]"),
  Buffer.alloc(0),
  Buffer.from(`${"[".repeat(5_000)}${"]".repeat(5_000)}`),
  Buffer.from('{"v":1,"v":2,"__proto__":{"admin":true}}'),
  Buffer.from('{"v":1,"kid":"nobody","alg":"Ed25519","sig":"AAAA","body":"e30="}'),
  Buffer.from('{"v":1,"boot":1e400,"seq":9007199254740993,"sent":0,"readings":[]}'),
];

/** Whether the nth poison says its place. */
export function poisonHasPlace(n: number): boolean {
  return n % 2 === 0;
}

/** The nth poison of those with a place. */
export function composePoison({ topic, key, ...place }: Place, n: number): Buffer {
  const kind = placedPoison[Math.trunc(n / 2) % placedPoison.length];
  const body = { ...place, readings: [], ...kind?.(place) };
  return Buffer.from(messagePayload(topic, body as Parameters<typeof messagePayload>[1], key));
}

/** The nth poison of those without. */
export function loosePoisonAt(n: number): Buffer {
  return loosePoison[Math.trunc(n / 2) % loosePoison.length] ?? Buffer.alloc(0);
}
