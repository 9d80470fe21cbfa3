import type { Tx } from "#store/connect.ts";
import { countBootsByDay, type GatewayProgress } from "#store/gateway-progress.ts";
import { acceptedAtOf } from "#store/gateway-registry.ts";
import type { MessagePosition } from "./message.ts";

/**
 * New boots of a gateway that each UTC day makes room for: enough for one that sleeps and starts anew every 5 minutes. A gateway
 * that raises `boot` with every message gets there within hours, and is taken again the next day.
 */
export const bootsADay = 300;

/** What was left over of so many days before stays: a gateway that was off line meanwhile brings them all in at once. */
export const daysLeftOver = 90;

const dayMs = 86_400_000;

/** Anything that stands for a message of a boot, with the name of that boot. */
interface Positioned {
  readonly position: MessagePosition;
  readonly bootKey: string;
  /** Sent as it was measured; back-fill otherwise. */
  readonly isLive: boolean;
  readonly receivedAt: number;
}

/** Takes a message as the first one of a new boot; false where its gateway has begun as many as it may. */
type BeginBoot = (message: Positioned) => boolean;

/**
 * Which messages may be tracked: those of known boots, and of new ones as long as their gateway's days have room for them.
 * The days are those of receipt, and room only ever shrinks, so that whoever asks later is told the same.
 */
export async function admitBoots<Message extends Positioned>(
  tx: Tx,
  messages: readonly Message[],
  known: ReadonlyMap<string, GatewayProgress>,
): Promise<{ admitted: Message[]; refused: Message[] }> {
  const admittedBoots = new Set(known.keys());
  const isNew = ({ bootKey }: Message) => !admittedBoots.has(bootKey);
  const newcomers = messages.filter(isNew);
  if (newcomers.length === 0) return { admitted: [...messages], refused: [] };
  const begin = await openDays(tx, newcomers);
  const refused = new Set<Message>();
  for (const message of messages) {
    if (!isNew(message)) continue;
    if (begin(message)) admittedBoots.add(message.bootKey);
    else refused.add(message);
  }
  return { admitted: messages.filter((message) => !refused.has(message)), refused: [...refused] };
}

/**
 * A day has room for 300 new boots and for those that the days before left over, back to when the gateway was registered; and
 * beyond that for 300 of live messages, which back-fill can't use up.
 */
async function openDays(tx: Tx, newcomers: readonly Positioned[]): Promise<BeginBoot> {
  const days = newcomers.map(dayOf);
  const senders = newcomers.map(({ position }) => position);
  const span = { from: Math.min(...days) - daysLeftOver, to: Math.max(...days) };
  const begun = await countBootsByDay(tx, [...new Set(senders.map(({ gateway }) => gateway))], span);
  const acceptedAt = await acceptedAtOf(tx, senders);
  const leftOver = new Map<string, number>();
  const leftOverOf = (gateway: string, day: number): number => {
    const registered = Math.floor((acceptedAt.get(gateway) ?? Number.POSITIVE_INFINITY) / dayMs);
    let left = 0;
    for (let before = Math.max(day - daysLeftOver, registered); before < day; before += 1)
      left = Math.max(0, left + bootsADay - (begun.get(`${gateway}/${before}`) ?? 0));
    return left;
  };
  return (message) => {
    const { gateway } = message.position;
    const day = dayOf(message);
    const place = `${gateway}/${day}`;
    const left = leftOver.get(place) ?? leftOverOf(gateway, day);
    leftOver.set(place, left);
    const count = begun.get(place) ?? 0;
    if (count >= left + bootsADay + (message.isLive ? bootsADay : 0)) return false;
    begun.set(place, count + 1);
    return true;
  };
}

function dayOf({ receivedAt }: Positioned): number {
  return Math.floor(receivedAt / dayMs);
}

/** A boot's name in memory. */
export function keyOfBoot(tenant: string, gateway: string, boot: number): string {
  return `${tenant}/${gateway}/${boot}`;
}

/** The name of the boot that a message belongs to. */
export function bootKeyOf({ tenant, gateway, boot }: MessagePosition): string {
  return keyOfBoot(tenant, gateway, boot);
}
