import type { Live, Site, Sites } from "#api/console-shapes.ts";

/** The sites with those that changed put in place of what they were. */
export function mergeLive(before: Sites, live: Live): Sites {
  if (live.sites.length === 0) return { ...before, asOf: live.asOf };
  const changed = new Map(live.sites.map((site) => [site.id, site]));
  const kept = before.sites.map((site) => {
    const newer = changed.get(site.id);
    changed.delete(site.id);
    return newer ?? site;
  });
  return { asOf: live.asOf, sites: [...kept, ...changed.values()] };
}

/** The sites of an event that have more open alarms than before: what is called out. */
export function sitesWithNewAlarms(before: Sites, live: Live): Site[] {
  const known = new Map(before.sites.map(({ id, openAlarms }) => [id, openAlarms]));
  return live.sites.filter(({ id, openAlarms }) => openAlarms > (known.get(id) ?? 0));
}
