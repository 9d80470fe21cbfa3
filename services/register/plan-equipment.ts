import { toMilliC } from "#domain/coldchain/milli-celsius.ts";
import { AppError } from "#domain/errors.ts";
import type { RegisterRow } from "#store/register.ts";
import { type Draft, keepRow } from "./draft.ts";
import { equipmentEpc } from "./equipment-epc.ts";
import type { EquipmentFile, OrganisationFile, SiteFile } from "./network.ts";
import { newLabel } from "./plan-organisation.ts";
import { planSensors } from "./plan-sensors.ts";
import { keepLabel } from "./plan-sites.ts";
import { settleTime } from "./settle-time.ts";

const profileVersion = 1;

/** How long a window of a segment is where the file doesn't say, in ms. */
export interface SegmentLengths {
  readonly standingMs: number;
  readonly movingMs: number;
}

/** Equipment of every site, with its sensors and their calibrations. */
export function planEquipment(draft: Draft, file: OrganisationFile, lengths: SegmentLengths): void {
  for (const [at, site] of file.sites.entries()) {
    for (const [n, each] of site.equipment.entries()) {
      const path = `${draft.path}.sites[${at}].equipment[${n}]`;
      planOne(draft, site, each, lengths, path);
      planSensors(draft, each, path);
    }
  }
}

function planOne(
  draft: Draft,
  site: SiteFile,
  file: EquipmentFile,
  lengths: SegmentLengths,
  path: string,
): void {
  const old = draft.register.equipment.find((row) => row.id === file.id);
  keepLabel(draft, old?.label, file.label, `${path}.label`);
  if (old !== undefined && old.siteId !== site.id) {
    const message = `is at site ${old.siteId}, and equipment keeps its site: register it anew under another id`;
    draft.faults.push({ path: `${path}.id`, message });
  }
  const stands = standsSince(draft, file, old);
  const subject = `equipment ${file.id}`;
  const next = { ...settingsOf(site, file, lengths), ...stands };
  const changed = keepRow(draft, {
    table: "equipment",
    subject,
    old,
    next: {
      ...next,
      tenantId: draft.tenant,
      label: old?.label ?? file.label ?? newLabel(),
      acceptedAt: old?.acceptedAt ?? draft.terms.now,
    },
    stamp: { acceptedAt: draft.terms.now },
  });
  if (changed && file.since !== undefined) draft.stated.set(subject, file.since);
}

function settingsOf(site: SiteFile, file: EquipmentFile, lengths: SegmentLengths) {
  const moves = file.kind === "vehicle" || file.kind === "box";
  const epc = equipmentEpc({ ...file, gln: site.gln });
  if (epc === null) throw new AppError("INTERNAL", `checked equipment ${file.id} has no EPC`);
  return {
    id: file.id,
    siteId: site.id,
    epc,
    kind: file.kind,
    scope: file.scope ?? (moves || site.kind === "vehicle" ? "transport" : site.kind),
    names: file.names,
    profile: file.profile,
    profileVersion,
    lowerMilliC: toMilliC(file.lowerLimitC),
    upperMilliC: toMilliC(file.upperLimitC),
    segmentMs: file.segmentMs ?? (moves ? lengths.movingMs : lengths.standingMs),
    validatedMs: file.validatedMs ?? null,
  };
}

/** Equipment read through a replay gateway keeps the times of the logger's file. */
function standsSince(draft: Draft, file: EquipmentFile, old: RegisterRow<"equipment"> | undefined) {
  const replays = draft.register.gateways.filter((row) => row.kind === "replay").map((row) => row.id);
  const replay = file.sensors.length > 0 && file.sensors.every((sensor) => replays.includes(sensor.gateway));
  const { since, signedBy, offline, refused } = settleTime(file.since, draft.terms, replay);
  const asBefore = file.since === undefined || file.since === old?.since || refused;
  if (old === undefined || !asBefore) return { since, signedBy, offline };
  return { since: old.since, signedBy: old.signedBy, offline: old.offline };
}
