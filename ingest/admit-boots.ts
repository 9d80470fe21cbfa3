import type { Tx } from "#store/connect.ts";
import { countBootsByDay, type GatewayProgress } from "#store/gateway-progress.ts";
import type { MessagePosition } from "./message.ts";

/**
 * New boots taken of one gateway in a UTC day: enough for one that sleeps and starts anew every 5 minutes. A gateway that
 * raises `boot` with every message gets there within hours, and is taken again the next day.
 */
export const bootsADay = 300;

const dayMs = 86_400_000;

/** Anything that stands for a message of a boot, with the name of that boot. */
interface Positioned {
  readonly position: MessagePosition;
  readonly bootKey: string;
  readonly receivedAt: number;
}

/**
 * Which messages may be tracked: those of known boots, and of new ones as long as their gateway's day has room for them.
 * The day is that of receipt, so that whoever asks later is told the same.
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
  const gateways = [...new Set(newcomers.map(({ position }) => position.gateway))];
  const days = newcomers.map(dayOf);
  const begun = await countBootsByDay(tx, gateways, { from: Math.min(...days), to: Math.max(...days) });
  const refused = new Set<Message>();
  for (const message of messages) {
    if (!isNew(message)) continue;
    const place = `${message.position.gateway}/${dayOf(message)}`;
    const count = begun.get(place) ?? 0;
    if (count >= bootsADay) refused.add(message);
    else {
      begun.set(place, count + 1);
      admittedBoots.add(message.bootKey);
    }
  }
  return { admitted: messages.filter((message) => !refused.has(message)), refused: [...refused] };
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
