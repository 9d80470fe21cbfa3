import type { EquipmentPlan } from "./equipment-plan.ts";
import type { CityOfChina } from "./geography.ts";
import type { Names, OrganisationRecord, SiteRecord } from "./network-file.ts";

/** A site; its gateways are those that its equipment's points name. */
export interface SitePlan {
  readonly id: string;
  readonly kind: SiteRecord["kind"];
  readonly names: Names;
  readonly place: CityOfChina | null;
  readonly equipment: readonly EquipmentPlan[];
}

/** An organisation with its sites. */
export interface OrganisationPlan {
  readonly id: string;
  readonly kind: OrganisationRecord["kind"];
  readonly names: Names;
  readonly scopes: readonly string[];
  readonly sites: readonly SitePlan[];
}
