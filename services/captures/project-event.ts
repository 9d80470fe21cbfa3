/**
 * What the log holds of an event on each code's own stream (design §5): step, place, parent and a salted hash, never
 * another serial, partner, document number or quantity.
 */
import { fromHex } from "#domain/log/bytes.ts";
import { saltedHash, streamOf } from "#domain/log/entry.ts";
import { keyAlias } from "#domain/log/subjects.ts";
import type { OrganisationKind } from "#domain/provenance/answer.ts";
import type { EventBody } from "#domain/provenance/bodies.ts";
import type { StoredEventCode } from "#store/epcis-events.ts";
import type { PackChange } from "#store/packs.ts";
import type { QueuedEntry } from "#store/pending-entries.ts";
import type { Signer } from "./read-signature.ts";
import type { Place } from "./resolve-places.ts";
import type { CodeRole, Statement } from "./statement.ts";

/** Who states it, when it was accepted (epoch ms), and what is registered of the places it names. */
export interface Telling {
  readonly tenant: string;
  readonly organisation: { readonly kind: OrganisationKind; readonly label: string };
  readonly signer: Signer;
  readonly accepted: number;
  readonly places: ReadonlyMap<string, Place>;
}

/** One `event` entry for each code of a statement; `salt` (32 hex digits) is the event's own. */
export function projectEvent(statement: Statement, telling: Telling, salt: string): QueuedEntry[] {
  const shared = sharedBody(statement, telling, salt);
  const to = Math.max(statement.at, telling.accepted);
  return statement.codes.map(({ epc, role, facts }) => ({
    subject: epc,
    kind: "event",
    from: statement.at,
    to,
    body: { ...shared, role, ...parentFor(role, statement, telling), ...facts } satisfies EventBody,
  }));
}

function sharedBody(statement: Statement, telling: Telling, salt: string) {
  const { type, action, step, disposition, at, placeEpc, document, corrects } = statement;
  const { accepted, organisation, signer, places } = telling;
  const place = placeEpc === null ? undefined : places.get(placeEpc);
  return {
    ...{ type, action, step, disposition, at, accepted },
    place: place?.stream ?? null,
    placeKind: place?.kind ?? null,
    by: {
      role: organisation.kind,
      org: streamOf(`urn:coldmark:organisation:${organisation.label}`),
      signedBy: keyAlias(signer.signedBy),
      offline: signer.offline,
    },
    event: saltedHash(salt, statement.event),
    ...(document === null ? {} : { document }),
    ...(corrects === null ? {} : { corrects }),
  };
}

function parentFor(
  role: CodeRole,
  { parentEpc }: Statement,
  { places }: Telling,
): Pick<EventBody, "parent" | "parentKind"> {
  if (role !== "child" || parentEpc === null) return { parent: null, parentKind: null };
  const place = places.get(parentEpc);
  return place?.kind === "equipment"
    ? { parent: place.stream, parentKind: "equipment" }
    : { parent: streamOf(parentEpc), parentKind: "code" };
}

/** Which codes an event speaks of, for finding it again. */
export function codesOf(statement: Statement, tenant: string): StoredEventCode[] {
  const { key: eventId, at: eventTime } = statement;
  return statement.codes.map(({ epc, role }) => ({
    ...{ tenantId: tenant, eventId, epc, role, eventTime },
    stream: fromHex(streamOf(epc)),
  }));
}

/**
 * What statements change in the public projection of packs, one change a pack; equipment is no pack.
 * In the order of codes, so that two captures wait for each other in turn and never both.
 */
export function packChanges(statements: readonly Statement[], { tenant, places }: Telling): PackChange[] {
  const changes = new Map<string, PackChange>();
  for (const statement of statements) {
    for (const { epc, facts } of statement.codes) {
      if (places.has(epc)) continue;
      const change = changeBy(statement, epc, facts, tenant);
      const before = changes.get(epc);
      changes.set(epc, before === undefined ? change : merged(before, change));
    }
  }
  return [...changes.values()].sort((a, b) => (a.epc < b.epc ? -1 : 1));
}

function changeBy(
  { at, step, disposition, corrects }: Statement,
  epc: string,
  facts: { lot?: string; expiry?: string; gtin?: string },
  tenant: string,
): PackChange {
  return {
    ...{ epc, at, step, disposition },
    stream: fromHex(streamOf(epc)),
    gtin: /\/01\/(\d{14})\//.exec(epc)?.[1] ?? facts.gtin ?? null,
    lot: facts.lot ?? null,
    expiry: facts.expiry ?? null,
    firstSeen: at,
    sold: step === "dispensing" && corrects === null ? 1 : 0,
    holderTenant: tenant,
  };
}

function merged(before: PackChange, change: PackChange): PackChange {
  const newer = change.at >= before.at ? change : before;
  return {
    ...newer,
    gtin: before.gtin ?? change.gtin,
    lot: before.lot ?? change.lot,
    expiry: before.expiry ?? change.expiry,
    firstSeen: Math.min(before.firstSeen, change.firstSeen),
    sold: before.sold + change.sold,
  };
}
