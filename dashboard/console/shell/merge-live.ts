import type { Live, Site, Sites } from "#api/console-shapes.ts";
import { keyOf } from "../home/site-key.ts";

/** The sites as this screen holds them; `told` says of which events (their asOf) are newer than what was fetched, by key. */
export interface HeldSites extends Sites {
  readonly told: Readonly<Record<string, string>>;
}

/** A fetched answer with what events have told since it was made: an answer that took long must not undo them. */
export function keepNewer(held: HeldSites | undefined, fetched: Sites): HeldSites {
  const newer = Object.entries(held?.told ?? {}).filter(([, asOf]) => isLater(asOf, fetched.asOf));
  if (held === undefined || newer.length === 0) return { ...fetched, told: {} };
  const told = Object.fromEntries(newer);
  const sites = [
    ...fetched.sites.filter((site) => told[keyOf(site)] === undefined),
    ...held.sites.filter((site) => told[keyOf(site)] !== undefined),
  ];
  return { asOf: isLater(held.asOf, fetched.asOf) ? held.asOf : fetched.asOf, sites, told };
}

/**
 * The sites with those that changed put in place of what they were, and without those that are gone. Only what was up to
 * date before is so after: an event says nothing of the sites that it doesn't tell.
 */
export function mergeLive(before: HeldSites, live: Live, wasCurrent: boolean): HeldSites {
  const changed = new Map(live.sites.map((site) => [keyOf(site), site]));
  const gone = new Set(live.gone.map(keyOf));
  const told = Object.fromEntries([...changed.keys(), ...gone].map((key) => [key, live.asOf]));
  const kept = before.sites.flatMap((site) => {
    const newer = changed.get(keyOf(site));
    changed.delete(keyOf(site));
    return gone.has(keyOf(site)) ? [] : [newer ?? site];
  });
  return {
    asOf: wasCurrent ? live.asOf : before.asOf,
    sites: [...kept, ...changed.values()],
    told: { ...before.told, ...told },
  };
}

/** Whether sites were fetched since the stream greeted us; what changed before that nobody told us. */
export function isCurrent(sites: Sites | undefined, greetedAsOf: string | null): boolean {
  return sites !== undefined && greetedAsOf !== null && !isLater(greetedAsOf, sites.asOf);
}

/** The sites of an event that have more open alarms, or more that are known to last, than before: what is called out. */
export function sitesWithNewAlarms(before: Sites, live: Live): Site[] {
  const known = new Map(before.sites.map((site) => [keyOf(site), site]));
  return live.sites.filter((site) => {
    const { openAlarms = 0, lastingAlarms = 0 } = known.get(keyOf(site)) ?? {};
    return site.openAlarms > openAlarms || site.lastingAlarms > lastingAlarms;
  });
}

function isLater(a: string, b: string): boolean {
  return Date.parse(a) > Date.parse(b);
}
