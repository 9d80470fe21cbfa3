import type { Tx } from "#store/connect.ts";
import { newestBoots } from "#store/gateway-progress.ts";
import type { Arrival } from "./track-arrivals.ts";

/** Live messages of a boot below one of their gateway that was receipted before. */
export interface BootBack {
  readonly first: Arrival;
  readonly messages: number;
  /** The newest boot that was receipted. */
  readonly newest: number;
}

/** Which boot gateways are in, remembered between two steps of the one tracker. */
export interface BootOrder {
  /** Where gateways went back, among noted messages with which their boots went on; back-fill may be of any boot. */
  findBack(tx: Tx, onward: readonly Arrival[]): Promise<BootBack[]>;
  /** After anything that may have changed the records without us. */
  forget(): void;
}

const gatewaysMax = 50_000;

/**
 * Opens an empty memory. A boot only ever rises, so one that goes on after a newer one tells of a gateway that lost its memory, or
 * of somebody else who speaks for it (reliability.md §2.2 M36); what fills a hole is only late, and may be what we asked for. A
 * gateway that stays in such a boot, or goes to and fro between two, is told once until a boot comes that is newer than all. Until
 * the newer one is receipted, messages may just have overtaken each other.
 */
export function openBootOrder(): BootOrder {
  const newest = new Map<string, number>();
  /** The highest boot told of. */
  const told = new Map<string, number>();
  const forget = (): void => {
    newest.clear();
    told.clear();
  };
  /** In order of arrival: a newer boot begins a new time. */
  const isSuspect = ({ position: { gateway, boot } }: Arrival): boolean => {
    const highest = newest.get(gateway) ?? 0;
    if (boot < highest) return boot > (told.get(gateway) ?? 0);
    if (boot === highest) return false;
    newest.set(gateway, boot);
    told.delete(gateway);
    return false;
  };
  return {
    findBack: async (tx, onward) => {
      const live = onward.filter(({ isLive }) => isLive);
      if (newest.size > gatewaysMax) forget();
      const unknown = live.filter(({ position }) => !newest.has(position.gateway));
      for (const { gateway, newest: boot } of await bootsOf(tx, unknown)) newest.set(gateway, boot);
      const suspects = Map.groupBy(live.filter(isSuspect), ({ bootKey }) => bootKey);
      const found = await judge(tx, [...suspects.values()]);
      for (const { position } of found.map(({ first }) => first))
        told.set(position.gateway, Math.max(position.boot, told.get(position.gateway) ?? 0));
      return found;
    },
    forget,
  };
}

async function judge(tx: Tx, suspects: readonly Arrival[][]): Promise<BootBack[]> {
  const boots = await bootsOf(tx, suspects.flat());
  const receipted = new Map(boots.map(({ gateway, receipted }) => [gateway, receipted ?? 0]));
  return suspects.flatMap((own) => {
    const first = own[0] as Arrival;
    const newest = receipted.get(first.position.gateway) ?? 0;
    return first.position.boot < newest ? [{ first, messages: own.length, newest }] : [];
  });
}

function bootsOf(tx: Tx, arrivals: readonly Arrival[]) {
  const gateways = new Map(
    arrivals.map(({ position: { tenant, gateway } }) => [gateway, { tenant, gateway }]),
  );
  return newestBoots(tx, [...gateways.values()]);
}
