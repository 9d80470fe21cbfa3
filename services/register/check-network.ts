// What the values of a register file must be to one another.
import { hasValidCheckDigit } from "#domain/codes/check-digit.ts";
import { equipmentEpc } from "./equipment-epc.ts";
import type { Fault } from "./fault.ts";
import { findMeetings } from "./find-meetings.ts";
import { type Outline, outlineShape } from "./outline.ts";

type Organisation = NonNullable<Outline["organisations"]>[number];
type Owned<Item> = Item & { readonly path: string };

/** What the place a register is kept at refuses; a user of ours at the broker can't be a gateway's too. */
export interface NetworkRules {
  readonly production: boolean;
  readonly isOwnUser: (name: string) => boolean;
}

interface Named {
  readonly id: string | undefined;
  readonly path: string;
}

/** Every fault between the values of a register file: duplicates, unknown references, what production refuses. */
export function checkNetwork(file: unknown, rules: NetworkRules): Fault[] {
  const outline = outlineShape.parse(file);
  const organisations = placed(outline.organisations, "organisations");
  return [
    ...checkOperator(organisations, outline.operator),
    ...organisations.flatMap((each) => checkOrganisation(each, rules)),
    ...checkShared(organisations),
  ];
}

/** Items with their paths; a missing list is an empty one. */
function placed<Item extends object>(items: readonly Item[] | undefined, path: string): Owned<Item>[] {
  return (items ?? []).map((item, at) => ({ ...item, path: `${path}[${at}]` }));
}

const sitesOf = (it: Owned<Organisation>) => placed(it.sites, `${it.path}.sites`);
const gatewaysOf = (it: Owned<Organisation>) =>
  sitesOf(it).flatMap((site) => placed(site.gateways, `${site.path}.gateways`));
const equipmentOf = (it: Owned<Organisation>) =>
  sitesOf(it).flatMap((site) =>
    placed(site.equipment, `${site.path}.equipment`).map((each) => ({ ...each, gln: site.gln })),
  );
const sensorsOf = (it: Owned<Organisation>) =>
  equipmentOf(it).flatMap((each) => placed(each.sensors, `${each.path}.sensors`));
const productsOf = (it: Owned<Organisation>) => placed(it.products, `${it.path}.products`);
const peopleOf = (it: Owned<Organisation>) =>
  placed(it.people, `${it.path}.people`).map((each) => ({ ...each, email: each.email?.toLowerCase() }));
const keysOf = (it: Owned<Organisation>) => [
  ...placed(it.keys, `${it.path}.keys`),
  ...gatewaysOf(it).flatMap((gateway) => placed(gateway.keys, `${gateway.path}.keys`)),
];

function checkOperator(organisations: readonly Owned<Organisation>[], operator: string | undefined): Fault[] {
  return organisations.flatMap(({ id, kind, path }) => {
    if (kind === "operator" && id !== operator) {
      return [{ path: `${path}.kind`, message: "is operator, but `operator` names another organisation" }];
    }
    if (kind !== "operator" && id !== undefined && id === operator) {
      return [{ path: `${path}.kind`, message: "must be operator: `operator` names this organisation" }];
    }
    return [];
  });
}

function checkOrganisation(it: Owned<Organisation>, rules: NetworkRules): Fault[] {
  const sensors = sensorsOf(it);
  const lots = placed(it.lots, `${it.path}.lots`);
  return [
    ...twice("site id", sitesOf(it).map(by("id"))),
    ...twice("equipment id", equipmentOf(it).map(by("id"))),
    ...twice("sensor id", sensors.map(by("id"))),
    ...twice("API key id", placed(it.apiKeys, `${it.path}.apiKeys`).map(by("id"))),
    ...twice(
      "lot",
      lots.map(({ gtin, lot, path }) => ({ id: both(gtin, lot), path: `${path}.lot` })),
    ),
    ...twice(
      "channel",
      sensors.map(({ gateway, channel, path }) => ({ id: both(gateway, channel), path: `${path}.channel` })),
    ),
    ...sensors.flatMap((each) =>
      twice("certificate", placed(each.calibrations, `${each.path}.calibrations`).map(by("certificate"))),
    ),
    ...unknown(sensors.map(by("gateway")), gatewaysOf(it).map(by("id")), `no gateway of ${it.id}`),
    ...unknown(lots.map(by("gtin")), productsOf(it).map(by("gtin")), `no product of ${it.id}`),
    ...[...equipmentOf(it), ...productsOf(it)].flatMap(checkLimits),
    ...peopleOf(it)
      .filter(({ role }) => role === "operator" && it.kind !== "operator")
      .map(({ path }) => ({ path: `${path}.role`, message: "operator is for the operator's own people" })),
    ...gatewaysOf(it)
      .filter(({ kind }) => rules.production && kind === "replay")
      .map(({ path }) => ({ path: `${path}.kind`, message: "replay is refused in production" })),
    ...gatewaysOf(it)
      .filter(({ id }) => id !== undefined && rules.isOwnUser(id))
      .map(({ id, path }) => ({
        path: `${path}.id`,
        message: `${id} is one of Coldmark's own users at the broker: choose another`,
      })),
  ];
}

/** Names that are one of their kind over all organisations: they stand in topics, streams and codes. */
function checkShared(organisations: readonly Owned<Organisation>[]): Fault[] {
  const equipment = organisations.flatMap(equipmentOf);
  const codes = equipment
    .filter(({ id, gln }) => id !== undefined && gln !== undefined && hasValidCheckDigit(gln))
    .map((each) => ({ id: equipmentEpc(each) ?? undefined, path: each.path }));
  return [
    ...twice("organisation id", organisations.map(by("id"))),
    ...twice("mail address", organisations.flatMap(peopleOf).map(by("email"))),
    ...twice("gateway id", organisations.flatMap(gatewaysOf).map(by("id"))),
    ...findMeetings(organisations.flatMap(gatewaysOf), []),
    ...twice("kid", organisations.flatMap(keysOf).map(by("kid"))),
    ...twice("product", organisations.flatMap(productsOf).map(by("gtin"))),
    ...twice("label", [...organisations.flatMap(sitesOf), ...equipment].map(by("label"))),
    ...twice("point", organisations.flatMap(sensorsOf).map(by("point"))),
    ...twice("equipment code", codes),
    ...codes
      .filter(({ id }) => id === undefined)
      .map(({ path }) => ({ path, message: "has no valid GS1 code: give extension, giai or grai" })),
  ];
}

function checkLimits(it: { lowerLimitC?: number; upperLimitC?: number; path: string }): Fault[] {
  const { lowerLimitC, upperLimitC, path } = it;
  if (lowerLimitC === undefined || upperLimitC === undefined || lowerLimitC < upperLimitC) return [];
  return [{ path: `${path}.upperLimitC`, message: "must be above lowerLimitC" }];
}

function by<Field extends string>(field: Field): (it: { [F in Field]?: string } & { path: string }) => Named {
  return (it) => ({ id: it[field], path: `${it.path}.${field}` });
}

function both(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || other === undefined ? undefined : `${one} ${other}`;
}

function unknown(references: readonly Named[], targets: readonly Named[], what: string): Fault[] {
  const known = new Set(targets.map((target) => target.id));
  return references
    .filter(({ id }) => id !== undefined && !known.has(id))
    .map(({ id, path }) => ({ path, message: `names ${what} in this file: ${id}` }));
}

function twice(what: string, named: readonly Named[]): Fault[] {
  const first = new Map<string, string>();
  return named.flatMap(({ id, path }) => {
    if (id === undefined) return [];
    const before = first.get(id);
    if (before === undefined) first.set(id, path);
    return before === undefined
      ? []
      : [{ path, message: `${what} ${id} stands at ${before} too: choose another` }];
  });
}
