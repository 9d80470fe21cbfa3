import type { Tx } from "#store/connect.ts";
import { findTaken, type SharedNames } from "#store/register-conflicts.ts";
import { equipmentEpc } from "./equipment-epc.ts";
import type { Fault } from "./fault.ts";
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

/** What of an organisation's file belongs to another organisation already: it would speak in the other's name. */
export async function findConflicts(tx: Tx, file: OrganisationFile, path: string): Promise<Fault[]> {
  const taken = await findTaken(tx, file.id, namesOf(file));
  return taken.map(({ what, name }) => ({
    path,
    message: `${words[what]} ${name} is taken: choose another`,
  }));
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
