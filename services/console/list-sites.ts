import { countAlarmsAtNoSite } from "#store/alarms.ts";
import {
  type EquipmentRow,
  type LastingExcursion,
  readEquipment,
  readLastingExcursions,
  readSensorsNow,
  readSites,
  type SensorNow,
  type SiteRow,
} from "#store/overview.ts";
import type { Context } from "../context.ts";
import { reachOf } from "./reach.ts";
import { type EquipmentSummary, summarizeEquipment } from "./summarize-equipment.ts";
import { type SiteState, worstFirst } from "./worst-first.ts";

/** A site as the console shows it; `state` is its worst equipment's, or `no-equipment`. */
type SiteNow = ReturnType<typeof siteOf>;

/** All sites that somebody may see, worst first, and how many open alarms stand at none of them; `asOf` in epoch ms. */
export interface SitesNow {
  readonly asOf: number;
  readonly sites: readonly SiteNow[];
  readonly atNoSite: { readonly open: number; readonly unacknowledged: number };
}

/**
 * The sites within somebody's reach with the equipment that is watched there. A validated box without a sensor has
 * nothing to report and isn't listed; a site without watched equipment is, because nobody may call it in range.
 * @throws AppError UNAUTHENTICATED without the scope `console:read`
 */
export async function listSites(ctx: Pick<Context, "store" | "clock" | "actor">): Promise<SitesNow> {
  const who = reachOf(ctx.actor);
  const now = ctx.clock();
  const rows = await ctx.store.as(who, async (tx) => ({
    sites: await readSites(tx, who.tenant),
    equipment: await readEquipment(tx, who.tenant),
    sensors: await readSensorsNow(tx, who.tenant, now),
    excursions: await readLastingExcursions(tx, who.tenant),
    atNoSite: await countAlarmsAtNoSite(tx, who.tenant),
  }));
  const summaries = summariesBySite(rows, now);
  const sites = rows.sites.map((site) => {
    const equipment = summaries.get(`${site.tenantId}/${site.id}`) ?? [];
    return { since: equipment[0]?.since ?? null, ...siteOf(site, equipment) };
  });
  const told = sites.sort(worstFirst).map(({ since: _, ...site }) => site);
  return { asOf: now, sites: told, atNoSite: rows.atNoSite };
}

function summariesBySite(
  rows: {
    readonly equipment: readonly EquipmentRow[];
    readonly sensors: readonly SensorNow[];
    readonly excursions: readonly LastingExcursion[];
  },
  now: number,
): Map<string, EquipmentSummary[]> {
  const placeOf = (row: { tenantId: string; equipmentId: string }) => `${row.tenantId}/${row.equipmentId}`;
  const sensors = Map.groupBy(rows.sensors, placeOf);
  const excursions = Map.groupBy(rows.excursions, placeOf);
  const bySite = new Map<string, EquipmentSummary[]>();
  for (const row of rows.equipment) {
    const place = `${row.tenantId}/${row.id}`;
    const own = sensors.get(place) ?? [];
    if (row.validatedMs !== null && own.length === 0) continue;
    const site = `${row.tenantId}/${row.siteId}`;
    const summary = summarizeEquipment(row, own, excursions.get(place) ?? [], now);
    bySite.set(site, [...(bySite.get(site) ?? []), summary]);
  }
  for (const summaries of bySite.values()) summaries.sort(worstFirst);
  return bySite;
}

function siteOf(site: SiteRow, equipment: readonly EquipmentSummary[]) {
  const { tenantId, organisationNames, id, names, city, province, kind } = site;
  const { openAlarms, lastingAlarms, unacknowledged } = site;
  const state: SiteState = equipment[0]?.state ?? "no-equipment";
  return {
    organisation: { id: tenantId, names: organisationNames },
    ...{ id, names, city, province, kind, state, equipment, openAlarms, lastingAlarms, unacknowledged },
  };
}
