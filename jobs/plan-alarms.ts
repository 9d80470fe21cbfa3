import { conditionsOf, silentAfterMs } from "#domain/coldchain/equipment-state.ts";
import type { KnownAlarm, NewAlarm, TroubledPoint, WatchedExcursion } from "#store/alarm-watch.ts";

/** What a pass opens, and what it changes of the alarms that are there. */
export interface AlarmPlan {
  readonly open: readonly NewAlarm[];
  readonly change: readonly KnownAlarm[];
}

/** Overlapping excursions of an equipment's points in one direction: what is one alarm. */
type Stretch = Pick<
  NewAlarm,
  "tenantId" | "equipmentId" | "kind" | "sinceTs" | "untilTs" | "knownTo" | "extremeMilliC" | "limitMilliC"
>;

/**
 * The alarms that excursions make. A stretch that an alarm was opened for goes on being that alarm, wherever late
 * readings moved its beginning, and never looks shorter or milder than it did; of several alarms that a late reading joined to one stretch, the newest follows it and
 * the others stay as people saw them. A stretch that is over when it is first seen is an alarm that is cleared already; one
 * that only back-filled readings tell of is retrospective (`knownTo`) until a live one says that it lasts.
 */
export function planExcursionAlarms(
  rows: readonly WatchedExcursion[],
  alarms: readonly KnownAlarm[],
  now: number,
): AlarmPlan {
  const open: NewAlarm[] = [];
  const follows = new Map<KnownAlarm, Stretch[]>();
  const known = Map.groupBy(alarms, keyOf);
  for (const stretch of stretchesOf(rows)) {
    const matching = (known.get(keyOf(stretch)) ?? []).filter((alarm) => meets(alarm, stretch));
    const newest = matching.toSorted((a, b) => a.sinceTs - b.sinceTs).at(-1);
    if (newest === undefined) {
      open.push({ ...stretch, openedAt: now, clearedAt: stretch.untilTs === null ? null : now });
      continue;
    }
    const sinceTs = matching.length === 1 ? Math.min(stretch.sinceTs, newest.sinceTs) : newest.sinceTs;
    follows.set(newest, [...(follows.get(newest) ?? []), { ...stretch, sinceTs }]);
  }
  const change = alarms.flatMap((alarm) => followed(alarm, follows.get(alarm) ?? [], now));
  return { open, change };
}

/** What the alarm becomes; nothing when it stays as it is. An alarm that lasts without any excursion is over. */
function followed(alarm: KnownAlarm, stretches: readonly Stretch[], now: number): KnownAlarm[] {
  if (stretches.length === 0 && alarm.clearedAt !== null) return [];
  const [first = { ...alarm, untilTs: alarm.untilTs ?? alarm.sinceTs, knownTo: null }, ...others] = stretches;
  const whole = others.reduce(joined, first);
  const clearedAt = whole.untilTs === null ? null : (alarm.clearedAt ?? now);
  const extremeMilliC = joined({ ...alarm, ...whole }, alarm).extremeMilliC;
  const grown = { ...alarm, ...whole, extremeMilliC, limitMilliC: alarm.limitMilliC, clearedAt };
  const next = { ...grown, grewAt: isWorse(grown, alarm) ? now : alarm.grewAt };
  const isSame =
    next.sinceTs === alarm.sinceTs &&
    next.untilTs === alarm.untilTs &&
    next.knownTo === alarm.knownTo &&
    next.extremeMilliC === alarm.extremeMilliC &&
    next.clearedAt === alarm.clearedAt;
  return isSame ? [] : [next];
}

/** Whether an alarm that was over was longer or further out than people were told, or a retrospective one lasts. */
function isWorse(grown: KnownAlarm, alarm: KnownAlarm): boolean {
  if (alarm.clearedAt === null) return alarm.knownTo !== null && isLasting(grown);
  const isLonger =
    grown.sinceTs < alarm.sinceTs || (grown.untilTs ?? Number.POSITIVE_INFINITY) > (alarm.untilTs ?? 0);
  return isLonger || grown.extremeMilliC !== alarm.extremeMilliC;
}

function isLasting({ untilTs, knownTo }: Pick<Stretch, "untilTs" | "knownTo">): boolean {
  return untilTs === null && knownTo === null;
}

function keyOf({ tenantId, equipmentId, kind }: Pick<Stretch, "tenantId" | "equipmentId" | "kind">): string {
  return `${tenantId}/${equipmentId}/${kind}`;
}

/** Of an alarm that lasts only its beginning is known to be out of limits. */
function meets({ sinceTs, untilTs }: KnownAlarm, stretch: Stretch): boolean {
  return stretch.sinceTs <= (untilTs ?? sinceTs) && sinceTs <= (stretch.untilTs ?? Number.POSITIVE_INFINITY);
}

function stretchesOf(rows: readonly WatchedExcursion[]): Stretch[] {
  const single = rows
    .map(({ direction, fromTs, toTs, knownTo, ...row }): Stretch => {
      const kind = direction === "high" ? "too-warm" : "too-cold";
      return { ...row, kind, sinceTs: fromTs, untilTs: toTs, knownTo: toTs === null ? knownTo : null };
    })
    .sort((a, b) => a.sinceTs - b.sinceTs);
  return [...Map.groupBy(single, keyOf).values()].flatMap((own) => {
    const stretches: Stretch[] = [];
    for (const next of own) {
      const last = stretches.at(-1);
      const isApart = last === undefined || (last.untilTs !== null && last.untilTs < next.sinceTs);
      if (isApart) stretches.push(next);
      else stretches[stretches.length - 1] = joined(last, next);
    }
    return stretches;
  });
}

function joined(a: Stretch, b: Stretch): Stretch {
  const further = a.kind === "too-warm" ? Math.max : Math.min;
  const extremes = [a.extremeMilliC, b.extremeMilliC].filter((each) => each !== null);
  return {
    ...a,
    sinceTs: Math.min(a.sinceTs, b.sinceTs),
    ...endOfBoth(a, b),
    extremeMilliC: extremes.length === 0 ? null : further(...extremes),
  };
}

/** Over when both are; else it lasts if one does, or is known up to where the further one is. */
function endOfBoth(a: Stretch, b: Stretch): Pick<Stretch, "untilTs" | "knownTo"> {
  if (isLasting(a) || isLasting(b)) return { untilTs: null, knownTo: null };
  const end = Math.max(...[a, b].flatMap(({ untilTs, knownTo }) => untilTs ?? knownTo ?? []));
  const isOver = a.untilTs !== null && b.untilTs !== null;
  return isOver ? { untilTs: end, knownTo: null } : { untilTs: null, knownTo: end };
}

/**
 * The alarms about silence, faults and calibrations: one opens where a condition holds and none lasts, one that lasts
 * ends where its condition holds no more, with the newest readings' time. A point that never reported is silent from
 * its placement's acceptance on, once the rules' record interval has passed. Silence is not called where `isHearing` (by
 * how long a point may be silent) says that we may not have listened for as long ourselves.
 */
export function planConditionAlarms(
  points: readonly TroubledPoint[],
  lasting: readonly KnownAlarm[],
  now: number,
  isHearing: (silentMs: number) => boolean = () => true,
): AlarmPlan {
  const placeOf = (row: { tenantId: string; equipmentId: string }) => `${row.tenantId}/${row.equipmentId}`;
  const places = Map.groupBy(points, placeOf);
  const held = new Set(lasting.map(keyOf));
  const wanted = [...places.values()].flatMap((own) => wantedAlarms(own, now));
  const stillWanted = new Set(wanted.map(keyOf));
  const mayOpen = (alarm: NewAlarm) =>
    alarm.kind !== "no-data" ||
    (places.get(placeOf(alarm)) ?? []).every((point) => isHearing(silentMsOf(point)));
  const open = wanted.filter((alarm) => !held.has(keyOf(alarm)) && mayOpen(alarm));
  const change = lasting
    .filter((alarm) => !stillWanted.has(keyOf(alarm)))
    .map((alarm) => ({ ...alarm, untilTs: endOf(alarm, places.get(placeOf(alarm)), now), clearedAt: now }));
  return { open, change };
}

function wantedAlarms(points: readonly TroubledPoint[], now: number): NewAlarm[] {
  const [first] = points;
  if (first === undefined) return [];
  const { tenantId, equipmentId } = first;
  const silentMs = silentMsOf(first);
  // Limits play no part here: what leaves them is an excursion.
  const limits = { lowerMilliC: Number.NEGATIVE_INFINITY, upperMilliC: Number.POSITIVE_INFINITY };
  const conditions = conditionsOf({ ...limits, silentAfterMs: silentMs, points, excursions: [] }, now);
  const since = new Map<NewAlarm["kind"], number>();
  for (const { state, since: from } of conditions) {
    if (from === null || (state === "never-reported" && now - from <= silentMs)) continue;
    const kind = state === "never-reported" ? "no-data" : state;
    since.set(kind, Math.min(from, since.get(kind) ?? from));
  }
  const nothing = { untilTs: null, knownTo: null, extremeMilliC: null, limitMilliC: null, clearedAt: null };
  return [...since].map(([kind, sinceTs]) => ({
    ...{ tenantId, equipmentId, kind, sinceTs },
    ...{ ...nothing, openedAt: now },
  }));
}

function silentMsOf({ profile, profileVersion, scope }: TroubledPoint): number {
  return silentAfterMs(profile, profileVersion, scope);
}

/** By the devices' time: what ended it is the oldest of the points' newest readings, or, for a certificate, just now. */
function endOf(alarm: KnownAlarm, points: readonly TroubledPoint[] | undefined, now: number): number {
  const newest = (points ?? []).flatMap(({ newestTs }) => newestTs ?? []);
  if (alarm.kind === "calibration-expired" || newest.length === 0) return Math.max(now, alarm.sinceTs);
  return Math.max(Math.min(...newest), alarm.sinceTs);
}
