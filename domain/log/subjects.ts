/** The subjects of streams that a product and its lots have: their canonical EPCs (CBV 2.0 §8). */
import { encodeSegment } from "../codes/digital-link.ts";
import { streamOf } from "./entry.ts";

/** The stream subject of a product. */
export function productSubject(gtin: string): string {
  return `https://id.gs1.org/01/${gtin}`;
}

/** The stream subject of a lot: its lot-level facts only, such as a recall. */
export function lotSubject(gtin: string, lot: string): string {
  return `${productSubject(gtin)}/10/${encodeSegment(lot)}`;
}

/** The stream subject of a refrigerator, vehicle or box, by the label printed on it. */
export function equipmentSubject(label: string): string {
  return `urn:coldmark:equipment:${label}`;
}

/** How bodies name the key that signed something: no bundle shows the key's own id, which may name its owner. */
export function keyAlias(kid: string): string;
export function keyAlias(kid: string | null): string | null;
export function keyAlias(kid: string | null): string | null {
  return kid === null ? null : streamOf(`urn:coldmark:key:${kid}`);
}
