/** The equipment that the packs worth scanning travel through. */

/** What each place is for in the cases. */
export type CasePlace = keyof typeof FIXED_PLACES | FridgePlace;

/** The refrigerators of the cases, in the order in which they are given to pharmacies. */
export const FRIDGE_PLACES = [
  "goodFridge",
  "warmFridge",
  "silentFridge",
  "frozenFridge",
  "backfilledFridge",
  "expiredFridge",
  "stockFridge",
  "homeFridge",
  "recalledFridge",
  "soldFridge",
  "secondSaleFridge",
] as const;
type FridgePlace = (typeof FRIDGE_PLACES)[number];

/** A network this small keeps its cases in three pharmacies. */
const fewPharmacies = 3;

/** Where a refrigerator of the cases stands: pharmacy and refrigerator, both from 1. */
export function fridgeSlot(place: FridgePlace, pharmacies: number): { pharmacy: number; fridge: number } {
  const at = FRIDGE_PLACES.indexOf(place);
  if (pharmacies >= FRIDGE_PLACES.length) return { pharmacy: at + 1, fridge: 1 };
  return { pharmacy: (at % fewPharmacies) + 1, fridge: Math.floor(at / fewPharmacies) + 1 };
}

/** The refrigerator of the cases that is this one of this pharmacy, if it is one. */
export function fridgePlaceAt(pharmacy: number, fridge: number, pharmacies: number): FridgePlace | null {
  const isHere = (place: FridgePlace): boolean => {
    const slot = fridgeSlot(place, pharmacies);
    return slot.pharmacy === pharmacy && slot.fridge === fridge;
  };
  return FRIDGE_PLACES.find(isHere) ?? null;
}

/** The places that don't depend on the number of pharmacies. */
export const FIXED_PLACES = {
  maker: "maker-coldroom",
  wholesaler: "wholesaler-1-coldroom-1",
  truck: "truck-1",
  coldTruck: "truck-2",
  roadTruck: "truck-3",
  box: "delivery-box-1",
} as const;

/** The equipment's id of each place. */
export function casePlaces(pharmacies: number): Readonly<Record<CasePlace, string>> {
  const fridges = FRIDGE_PLACES.map((place) => {
    const { pharmacy, fridge } = fridgeSlot(place, pharmacies);
    return [place, `pharmacy-${pharmacy}-fridge-${fridge}`] as const;
  });
  return {
    ...FIXED_PLACES,
    ...(Object.fromEntries(fridges) as Record<FridgePlace, string>),
  };
}
