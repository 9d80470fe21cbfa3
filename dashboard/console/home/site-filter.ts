import type { Site } from "#api/console-shapes.ts";
import { type SiteState, statesWorstFirst } from "../states.ts";

/** What the list of sites is narrowed to; stands in the address, so that it can be kept and handed on. */
export interface SiteFilter {
  readonly state?: SiteState | undefined;
  /** The province's English name. */
  readonly province?: string | undefined;
  readonly q?: string | undefined;
  /** 1 shows the wall display: large, without menus. */
  readonly kiosk?: 1 | undefined;
}

const textMax = 100;

/** The filter that an address asks for; what is not understood is left out. */
export function readSiteFilter(search: Readonly<Record<string, unknown>>): SiteFilter {
  const state = statesWorstFirst.find((known) => known === search.state);
  const province = textOf(search.province);
  const q = textOf(search.q);
  return {
    ...(state && { state }),
    ...(province && { province }),
    ...(q && { q }),
    ...(Number(search.kiosk) === 1 && { kiosk: 1 as const }),
  };
}

/** A number typed as text arrives as a number from the router. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value).slice(0, textMax) || undefined;
}

/** The sites that a filter lets through: that state, that province, and every word of the text somewhere. */
export function filterSites(sites: readonly Site[], filter: SiteFilter): Site[] {
  const { state, province } = filter;
  const words = (filter.q ?? "").toLocaleLowerCase("en").split(/\s+/).filter(Boolean);
  return sites.filter(
    (site) =>
      (state === undefined || statesOf(site).has(state)) &&
      (province === undefined || site.province?.en === province) &&
      words.every((word) => textIn(site).includes(word)),
  );
}

function textIn(site: Site): string {
  const names = [site.names, site.city, site.province, site.organisation.names];
  const things = site.equipment.flatMap((one) => [one.names.zh, one.names.en, one.label]);
  return [...names.flatMap((name) => [name?.zh, name?.en]), ...things].join("\n").toLocaleLowerCase("en");
}

/** Each province with a site, by its name in a language, in that language's order. */
export function provincesOf(sites: readonly Site[], lang: "zh-CN" | "en"): { en: string; name: string }[] {
  const byName = new Map(sites.flatMap(({ province }) => (province ? [[province.en, province]] : [])));
  return [...byName.values()]
    .map((province) => ({ en: province.en, name: lang === "en" ? province.en : province.zh }))
    .sort((a, b) => a.name.localeCompare(b.name, lang));
}

/** The states that a site is to be found by: those of its equipment, but in range only when all of it is. */
function statesOf(site: Site): ReadonlySet<SiteState> {
  const wrong = site.equipment.map(({ state }) => state).filter((state) => state !== "in-range");
  return new Set([...wrong, site.state]);
}

/** How many sites are found by each state; a site counts once for each that it has. */
export function countByState(sites: readonly Site[]): Readonly<Record<SiteState, number>> {
  const counts = Object.fromEntries(statesWorstFirst.map((state) => [state, 0])) as Record<SiteState, number>;
  for (const site of sites) for (const state of statesOf(site)) counts[state] += 1;
  return counts;
}
