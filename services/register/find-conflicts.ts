import type { Tx } from "#store/connect.ts";
import { loadSources } from "#store/gateway-registry.ts";
import { findTaken, type SharedNames } from "#store/register-conflicts.ts";
import { equipmentEpc } from "./equipment-epc.ts";
import type { Fault } from "./fault.ts";
import { findMeetings } from "./find-meetings.ts";
import type { OrganisationFile } from "./network.ts";

const words: Record<keyof SharedNames, string> = {
  gateway: "gateway id",
  kid: "kid",
  product: "product",
  code: "equipment code",
  siteLabel: "site label",
  equipmentLabel: "equipment label",
  point: "point",
};

/** What of the organisations of a file belongs to another one already: they would speak in the other's name. */
export async function findConflicts(tx: Tx, files: readonly OrganisationFile[]): Promise<Fault[]> {
  const named = files.map(namesOf);
  const taken = await findTaken(tx, allNames(named));
  const owners = new Map(taken.map(({ what, name, tenant }) => [`${what} ${name}`, tenant]));
  const names = files.flatMap((file, at) =>
    kinds.flatMap((what) =>
      (named[at]?.[what] ?? [])
        .filter((name) => (owners.get(`${what} ${name}`) ?? file.id) !== file.id)
        .map((name) => ({
          path: `organisations[${at}]`,
          message: `${words[what]} ${name} is taken: choose another`,
        })),
    ),
  );
  return [...names, ...(await findMeetingSources(tx, files))];
}

/** Sources of the file whose messages a gateway registered already could have sent; what the file registers anew is left out. */
async function findMeetingSources(tx: Tx, files: readonly OrganisationFile[]): Promise<Fault[]> {
  const gateways = files.flatMap(({ sites }, at) =>
    sites.flatMap((site, n) =>
      site.gateways.map((gateway, k) => ({
        ...gateway,
        path: `organisations[${at}].sites[${n}].gateways[${k}]`,
      })),
    ),
  );
  if (gateways.every(({ source }) => source === undefined)) return [];
  const own = new Set(gateways.map(({ id }) => id));
  const others = (await loadSources(tx)).filter(({ gateway }) => !own.has(gateway));
  return findMeetings(gateways, others);
}

const kinds = Object.keys(words) as (keyof SharedNames)[];

function allNames(named: readonly SharedNames[]): Partial<SharedNames> {
  return Object.fromEntries(kinds.map((what) => [what, named.flatMap((names) => names[what])]));
}

function namesOf(file: OrganisationFile): SharedNames {
  const { sites } = file;
  const gateways = sites.flatMap((site) => site.gateways);
  const equipment = sites.flatMap((site) => site.equipment.map((each) => ({ ...each, gln: site.gln })));
  return {
    gateway: gateways.map(({ id }) => id),
    kid: [...file.keys, ...gateways.flatMap(({ keys }) => keys)].map(({ kid }) => kid),
    product: file.products.map(({ gtin }) => gtin),
    code: equipment.flatMap((each) => equipmentEpc(each) ?? []),
    siteLabel: sites.flatMap(({ label }) => label ?? []),
    equipmentLabel: equipment.flatMap(({ label }) => label ?? []),
    point: equipment.flatMap(({ sensors }) => sensors.flatMap(({ point }) => point ?? [])),
  };
}
