/** What is published: how many messages a second, for how long, of what form, by how many gateways. */
export interface Load {
  readonly messagesPerSecond: number;
  readonly seconds: number;
  readonly readingsPerMessage: number;
  readonly isSigned: boolean;
  readonly gateways: number;
  /** One message in so many is poison, of each kind in turn; 0: none. */
  readonly poisonEvery: number;
  /** Epoch ms of the first message's readings, and the boot number of every gateway. */
  readonly startAt: number;
}

/** What can be wrong with a message: cut off in the middle, a text for the temperature, a time in the year 2200. */
export type Poison = "cut" | "text" | "time";

/** One message of a load before it is put into words. */
export interface PlannedMessage {
  readonly gateway: string;
  readonly seq: number;
  readonly poison: Poison | null;
  readonly readings: readonly { readonly ts: number; readonly temperatureC: number }[];
}

/** The gateway of the latency probes, and the measuring point of its sensor. */
export const probeGateway = "bench-probe";

/** The id of the n-th gateway of a load. */
export function gatewayId(index: number): string {
  return `bench-gw-${String(index).padStart(4, "0")}`;
}

/** How many messages a load has. */
export function messagesOf({ messagesPerSecond, seconds }: Load): number {
  return Math.floor(messagesPerSecond * seconds);
}

/** The readings that a correct store must hold in the end: those of every message that is no poison. */
export function readingsOf(load: Load): number {
  const messages = messagesOf(load);
  const poison = load.poisonEvery > 0 ? Math.floor(messages / load.poisonEvery) : 0;
  return (messages - poison) * load.readingsPerMessage;
}

/** How many readings are not older than `since` (epoch ms), for a look at the end of a run that costs little. */
export function readingsSince(load: Load, since: number): number {
  const from = Math.max(0, Math.floor(((since - load.startAt) * load.messagesPerSecond) / 1000) - 1);
  let count = 0;
  for (let index = from; index < messagesOf(load); index += 1) {
    const { poison, readings } = planMessage(load, index);
    if (poison === null) count += readings.filter(({ ts }) => ts >= since).length;
  }
  return count;
}

/**
 * The `index`-th message: gateways take turns, each with ascending times of its own, every time unique.
 * @throws Error where a gateway would need more than one reading a millisecond
 */
export function planMessage(load: Load, index: number): PlannedMessage {
  const { messagesPerSecond, readingsPerMessage, gateways, poisonEvery, startAt } = load;
  const at = startAt + Math.floor((index * 1000) / messagesPerSecond);
  const stepMs = Math.floor((gateways * 1000) / messagesPerSecond / readingsPerMessage);
  if (stepMs < 1) throw new Error("more than one reading a millisecond of one gateway: take more gateways");
  const readings = Array.from({ length: readingsPerMessage }, (_, nth) => ({
    ts: at - (readingsPerMessage - 1 - nth) * stepMs,
    temperatureC: 4 + ((index + nth) % 200) / 100,
  }));
  return {
    gateway: gatewayId(index % gateways),
    seq: Math.floor(index / gateways) + 1,
    poison: poisonOf(index, poisonEvery),
    readings,
  };
}

const poisons = ["cut", "text", "time"] as const;

function poisonOf(index: number, every: number): Poison | null {
  if (every === 0 || index % every !== every - 1) return null;
  return poisons[Math.floor(index / every) % poisons.length] ?? null;
}
