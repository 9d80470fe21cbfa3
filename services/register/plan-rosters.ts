// What the log says of a site and its equipment: the whole state, anew whenever any of it changed.
import { isDeepStrictEqual } from "node:util";
import { streamOf } from "#domain/log/entry.ts";
import { keyAlias } from "#domain/log/subjects.ts";
import type { Register, RegisterRow } from "#store/register.ts";
import type { Draft } from "./draft.ts";

type Stated = ReadonlyMap<string, number>;

/** Queues the roster of each piece of equipment and each site whose state changed. */
export function planRosters(draft: Draft): void {
  const { before, register, stated } = draft;
  for (const row of register.equipment) {
    const old = before.equipment.find(({ id }) => id === row.id);
    const body = equipmentRoster(register, row, stated);
    const same = old !== undefined && isDeepStrictEqual(equipmentRoster(before, old, new Map()), body);
    if (!same) queue(draft, equipmentSubject(row), "equipment", body);
  }
  for (const row of register.sites) {
    const old = before.sites.find(({ id }) => id === row.id);
    const body = siteRoster(register, row);
    const same = old !== undefined && isDeepStrictEqual(siteRoster(before, old), body);
    if (!same) queue(draft, siteSubject(row), "site-roster", { ...body, accepted: draft.terms.now });
  }
}

function queue(draft: Draft, subject: string, kind: string, body: unknown): void {
  const { now } = draft.terms;
  draft.entries.push({ subject, kind, from: now, to: now, body });
}

const equipmentSubject = ({ label }: { label: string }) => `urn:coldmark:equipment:${label}`;
const siteSubject = ({ label }: { label: string }) => `urn:coldmark:site:${label}`;

/** Times are given as stated, with when we accepted them: the verifier itself decides what counts (design §6). */
function equipmentRoster(register: Register, row: RegisterRow<"equipment">, stated: Stated) {
  const site = register.sites.find(({ id }) => id === row.siteId);
  const { kind, scope, lowerMilliC, upperMilliC, segmentMs, validatedMs, offline } = row;
  const profile = { name: row.profile, version: row.profileVersion };
  const points = register.sensors.filter((sensor) => sensor.equipmentId === row.id);
  return {
    ...{ kind, scope, profile, lowerMilliC, upperMilliC, segmentMs, validatedMs, offline },
    signedBy: keyAlias(row.signedBy),
    site: streamOf(siteSubject({ label: site?.label ?? "" })),
    since: stated.get(`equipment ${row.id}`) ?? row.since,
    accepted: row.acceptedAt,
    points: points.map((sensor) => rosterPoint(register, sensor, stated)).sort(byPoint),
  };
}

function rosterPoint(register: Register, sensor: RegisterRow<"sensors">, stated: Stated) {
  const gateway = register.gateways.find(({ id }) => id === sensor.gatewayId);
  const newest = register.calibrations
    .filter(({ sensorId }) => sensorId === sensor.id)
    .reduce<RegisterRow<"calibrations"> | null>(
      (best, row) => (best === null || row.calibratedAt > best.calibratedAt ? row : best),
      null,
    );
  return {
    point: sensor.point,
    since: stated.get(`sensor ${sensor.id}`) ?? sensor.since,
    accepted: sensor.acceptedAt,
    offline: sensor.offline,
    calibratedAt: newest?.calibratedAt ?? null,
    calibratedUntil: newest?.validUntil ?? null,
    signatureRequired: gateway?.signatureRequired ?? false,
    replay: gateway?.kind === "replay",
  };
}

function siteRoster(register: Register, site: RegisterRow<"sites">) {
  const own = register.equipment.filter(({ siteId }) => siteId === site.id);
  const streams = new Map(own.map((row) => [row.id, streamOf(equipmentSubject(row))]));
  const points = new Map(register.sensors.map(({ id, point }) => [id, point]));
  const sensors = register.placements.flatMap(({ sensorId, equipmentId, since, until }) => {
    const equipment = streams.get(equipmentId);
    return equipment === undefined ? [] : [{ point: points.get(sensorId) ?? "", equipment, since, until }];
  });
  return {
    equipment: own
      .map((row) => ({ stream: streamOf(equipmentSubject(row)), since: row.since, until: null }))
      .sort((a, b) => (a.stream < b.stream ? -1 : 1)),
    sensors: sensors.sort((a, b) => byPoint(a, b) || a.since - b.since),
  };
}

function byPoint(a: { point: string }, b: { point: string }): number {
  return a.point === b.point ? 0 : a.point < b.point ? -1 : 1;
}
