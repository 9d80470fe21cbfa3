import type { AlarmRow } from "#store/alarms.ts";

/** An alarm as it is told; times in epoch ms. */
export type ToldAlarm = ReturnType<typeof tellAlarm>;

/**
 * An alarm from its row: temperatures in °C, names where it is (null: not at an equipment, at no site), and who acknowledged it. What was said before late readings
 * made it grow is `acknowledgedBefore`: somebody must look again.
 */
export function tellAlarm(row: AlarmRow) {
  const { id, kind, openedAt, clearedAt, grewAt } = row;
  const said = acknowledgementOf(row);
  const isOutgrown = said !== null && grewAt !== null && grewAt > said.at;
  return {
    id,
    organisation: { id: row.tenantId, names: row.organisationNames },
    ...placeOf(row),
    ...{ kind, since: row.sinceTs, until: row.untilTs, knownUntil: row.knownTo },
    extremeC: inCelsius(row.extremeMilliC),
    limitC: inCelsius(row.limitMilliC),
    ...{ openedAt, clearedAt, grewAt },
    acknowledged: isOutgrown ? null : said,
    acknowledgedBefore: isOutgrown ? said : null,
  };
}

function placeOf({ siteId: id, siteNames, label, equipmentNames }: AlarmRow) {
  return {
    site: id === null || siteNames === null ? null : { id, names: siteNames },
    equipment: label === null || equipmentNames === null ? null : { label, names: equipmentNames },
  };
}

function acknowledgementOf({ acknowledgedAt: at, acknowledgedBy: by, action, reason }: AlarmRow) {
  const isSaid = at !== null && by !== null && action !== null && reason !== null;
  return isSaid ? { at, by, action, reason } : null;
}

function inCelsius(milliC: number | null): number | null {
  return milliC === null ? null : milliC / 1000;
}
