import type { Tx } from "#store/connect.ts";
import { countBoots, type GatewayProgress } from "#store/gateway-progress.ts";
import type { MessagePosition } from "./message.ts";

/**
 * Boots kept of one gateway: 27 years of one start a day, nearly 3 of ten a day as in a van; a gateway that raises `boot`
 * with every message gets there within hours.
 */
export const bootsMax = 10_000;

/** Anything that stands for a message of a boot, with the name of that boot. */
interface Positioned {
  readonly position: MessagePosition;
  readonly bootKey: string;
}

/** Which messages may be tracked: those of known boots, and of new ones as long as their gateway has room for them. */
export async function admitBoots<Message extends Positioned>(
  tx: Tx,
  messages: readonly Message[],
  known: ReadonlyMap<string, GatewayProgress>,
): Promise<{ admitted: Message[]; refused: Message[] }> {
  const admittedBoots = new Set(known.keys());
  const isNew = ({ bootKey }: Message) => !admittedBoots.has(bootKey);
  const newcomers = messages.filter(isNew);
  if (newcomers.length === 0) return { admitted: [...messages], refused: [] };
  const kept = await countBoots(tx, [...new Set(newcomers.map(({ position }) => position.gateway))]);
  const refused = new Set<Message>();
  for (const message of messages) {
    if (!isNew(message)) continue;
    const { gateway } = message.position;
    const count = kept.get(gateway) ?? 0;
    if (count >= bootsMax) refused.add(message);
    else {
      kept.set(gateway, count + 1);
      admittedBoots.add(message.bootKey);
    }
  }
  return { admitted: messages.filter((message) => !refused.has(message)), refused: [...refused] };
}

/** A boot's name in memory. */
export function keyOfBoot(tenant: string, gateway: string, boot: number): string {
  return `${tenant}/${gateway}/${boot}`;
}

/** The name of the boot that a message belongs to. */
export function bootKeyOf({ tenant, gateway, boot }: MessagePosition): string {
  return keyOfBoot(tenant, gateway, boot);
}
