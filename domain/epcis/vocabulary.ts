/** The business steps of CBV 2.0 by their short names. */
export const bizSteps = words(
  "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading other packing picking receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting unloading unpacking void_shipping",
);

/** The dispositions of CBV 2.0 by their short names. */
export const dispositions = words(
  "active available completeness_verified completeness_inferred conformant container_closed container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_instance mismatch_class mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown",
);

/** A vocabulary of CBV, named as its URIs spell it. */
export type Vocabulary = "BizStep" | "Disp" | "BTT" | "SDT" | "ER" | "Comp";

const members: Readonly<Record<Vocabulary, ReadonlySet<string>>> = {
  BizStep: bizSteps,
  Disp: dispositions,
  BTT: words("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"),
  SDT: words("owning_party possessing_party location"),
  ER: words("did_not_occur incorrect_data"),
  Comp: words(
    "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude altitude",
  ),
};

const namespace = "https://ref.gs1.org/cbv/";

/** The web URI of a CBV word given as short name, CURIE, URI or CBV 1.x URN; a foreign URI stays as it is. */
export function cbvUri(vocabulary: Vocabulary, text: string): string {
  const name = cbvName(vocabulary, text);
  return members[vocabulary].has(name) ? `${namespace}${vocabulary}-${name}` : text;
}

/** The short name of a CBV word (`https://ref.gs1.org/cbv/BizStep-receiving` → `receiving`); a foreign URI stays as it is. */
export function cbvName(vocabulary: Vocabulary, text: string): string {
  const heads = [
    `${namespace}${vocabulary}-`,
    `cbv:${vocabulary}-`,
    `urn:epcglobal:cbv:${vocabulary.toLowerCase()}:`,
  ];
  const head = heads.find((candidate) => text.startsWith(candidate));
  const name = head === undefined ? text : text.slice(head.length);
  return members[vocabulary].has(name) ? name : text;
}

/** Whether a word may stand in a capture: a short name or `ref.gs1.org` URI of the vocabulary, or somebody else's URI. */
export function isVocabularyWord(vocabulary: Vocabulary, text: string): boolean {
  if (members[vocabulary].has(text)) return true;
  if (/^(urn:epcglobal:cbv|https?:\/\/ns\.gs1\.org\/cbv\/)/.test(text)) return false;
  if (text.startsWith(namespace) || text.startsWith("cbv:")) return cbvName(vocabulary, text) !== text;
  return /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
