/** What the site says of an equipment (kind `site-roster`): which sensors lay in it, whatever its windows say. */
import type { ProvedStream } from "#domain/log/open-streams.ts";
import { countsFrom } from "./policy.ts";

/** A sensor's time in the equipment (epoch ms); `until` is null while it lies there, `counts` from when that is held against windows. */
export interface SitePlacement {
  readonly point: string;
  readonly since: number;
  readonly until: number | null;
  readonly counts: number;
}

interface SiteBody {
  readonly sensors?: unknown;
  readonly accepted?: unknown;
}

type Placed = Omit<SitePlacement, "counts">;

/**
 * By the newest word of each site: who lay in the equipment at some time of [from, to). A placement that was stated more
 * than 72 h after its beginning counts from when the site first told of it.
 */
export function sitePlacements(
  sites: readonly ProvedStream[],
  equipment: string,
  span: { readonly from: number; readonly to: number },
): SitePlacement[] {
  return sites.flatMap(({ entries }) => {
    const told = firstTold(
      entries.map(({ body }) => body),
      equipment,
    );
    return placedIn(entries.at(-1)?.body, equipment)
      .filter(({ since, until }) => since < span.to && (until === null || until > span.from))
      .map((placed) => {
        const accepted = told.get(nameOf(placed)) ?? placed.since;
        return { ...placed, counts: countsFrom({ at: placed.since, accepted, offline: true }) };
      });
  });
}

/** When the site accepted each placement first. */
function firstTold(bodies: readonly unknown[], equipment: string): Map<string, number> {
  const told = new Map<string, number>();
  for (const body of bodies) {
    const { accepted } = (body ?? {}) as SiteBody;
    for (const placed of placedIn(body, equipment))
      if (isTime(accepted) && !told.has(nameOf(placed))) told.set(nameOf(placed), accepted);
  }
  return told;
}

function placedIn(body: unknown, equipment: string): Placed[] {
  const { sensors } = (body ?? {}) as SiteBody;
  return (Array.isArray(sensors) ? sensors : []).flatMap((one: Placed & { equipment: string }) =>
    one?.equipment === equipment &&
    typeof one.point === "string" &&
    isTime(one.since) &&
    (one.until === null || isTime(one.until))
      ? [{ point: one.point, since: one.since, until: one.until }]
      : [],
  );
}

function nameOf({ point, since }: Placed): string {
  return `${since} ${point}`;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
