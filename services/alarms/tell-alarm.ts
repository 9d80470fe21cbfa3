import type { AlarmRow } from "#store/alarms.ts";

/** An alarm as it is told; times in epoch ms. */
export type ToldAlarm = ReturnType<typeof tellAlarm>;

/** An alarm from its row: temperatures in °C, names where it is, and who acknowledged it. */
export function tellAlarm(row: AlarmRow) {
  const { id, kind, openedAt, clearedAt, acknowledgedAt: at, acknowledgedBy: by, action, reason } = row;
  return {
    id,
    organisation: { id: row.tenantId, names: row.organisationNames },
    site: { id: row.siteId, names: row.siteNames },
    equipment: { label: row.label, names: row.equipmentNames },
    ...{ kind, since: row.sinceTs, until: row.untilTs },
    extremeC: inCelsius(row.extremeMilliC),
    limitC: inCelsius(row.limitMilliC),
    ...{ openedAt, clearedAt },
    acknowledged:
      at === null || by === null || action === null || reason === null ? null : { at, by, action, reason },
  };
}

function inCelsius(milliC: number | null): number | null {
  return milliC === null ? null : milliC / 1000;
}
