import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { serial, tenant, whole } from "./columns.ts";

/** What an alarm about the log itself is about: it stands at no site, with the organisations that run the log. */
export const logAlarmKinds = [
  "log-fork",
  "log-disagree",
  "log-costly",
  "log-funds",
  "log-copy",
  "log-down",
] as const;

/** What an alarm is about, worst first. `integrity`: what a gateway sent contradicts what it sent before. */
export const alarmKinds = [
  "too-cold",
  "too-warm",
  "no-data",
  "sensor-fault",
  "calibration-expired",
  "integrity",
  ...logAlarmKinds,
] as const;

/** What a person did about an alarm. */
export const alarmActions = ["moved", "quarantined", "repaired", "called", "checked", "other"] as const;

/**
 * What somebody must look at, one row for each place, kind and beginning; never deleted. The place is an equipment, or the
 * site of a gateway that no equipment hangs on, or neither. `sinceTs` and `untilTs` are
 * times of the event by the devices, `openedAt` and `clearedAt` when we saw it, `grewAt` when late readings last made
 * longer or worse what was over, or a live one showed that a retrospective one lasts. One that is not over and has
 * `knownTo` is retrospective: back-filled readings say that it went on up to then, nothing says how it is now. An alarm stays open until it is both over and acknowledged since it last grew.
 */
export const alarms = pgTable(
  "alarms",
  {
    tenantId: tenant(),
    id: serial().notNull(),
    equipmentId: text(),
    siteId: text(),
    kind: text({ enum: alarmKinds }).notNull(),
    sinceTs: whole().notNull(),
    untilTs: whole(),
    knownTo: whole(),
    extremeMilliC: integer(),
    limitMilliC: integer(),
    openedAt: whole().notNull(),
    clearedAt: whole(),
    grewAt: whole(),
    acknowledgedAt: whole(),
    acknowledgedBy: text(),
    action: text({ enum: alarmActions }),
    reason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique().on(t.tenantId, t.equipmentId, t.kind, t.sinceTs),
    index()
      .on(t.tenantId)
      .where(sql`cleared_at is null or acknowledged_at is null or grew_at > acknowledged_at`),
  ],
);
