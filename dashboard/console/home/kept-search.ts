import { keep, kept } from "../keep.ts";
import { readSiteFilter, type SiteFilter } from "./site-filter.ts";

const keptName = "coldmark.sites";

/** The filter that was set last, so that it is still there when somebody comes back to the sites. */
export function keptSearch(): SiteFilter {
  try {
    return readSiteFilter(JSON.parse(kept(keptName) ?? "{}") as Record<string, unknown>);
  } catch {
    return {};
  }
}

/** Keeps a filter; the wall display is no filter and isn't kept. */
export function keepSearch({ kiosk: _, ...filter }: SiteFilter): void {
  keep(keptName, JSON.stringify(filter));
}
