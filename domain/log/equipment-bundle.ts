/**
 * The bundle about one piece of equipment, version 1 (design §5): what an inspector takes away. It proves its streams as a
 * pack's bundle does; every reading travels as CSV, so that coverage, gaps and excursions follow from it alone.
 */
import type { Proofs } from "./bundle.ts";
import { proofFields } from "./parse-bundle.ts";
import { hex, integer, oneOf, record, requireShape, text } from "./shape.ts";
import { parseStrictJson } from "./strict-json.ts";

/** The longest time that one bundle covers. */
export const equipmentSpanMaxMs = 400 * 86_400_000;

/** Equipment bundle v1; `from` and `to` in epoch ms. */
export interface EquipmentBundle extends Proofs {
  readonly v: 1;
  readonly kind: "equipment";
  /** The label printed on it. */
  readonly equipment: string;
  readonly from: number;
  readonly to: number;
  /** Every reading of every window that overlaps the time (`readings-csv.ts`). */
  readonly readings: string;
}

/** Readings of 400 days fit, one a minute at four points; nothing else in a bundle comes near to them. */
const limits = { maxBytes: 320 * 1024 * 1024, maxDepth: 16 };
const shape = record({
  v: oneOf(1),
  kind: oneOf("equipment"),
  equipment: hex(16),
  from: integer(0),
  to: integer(0),
  readings: text(limits.maxBytes),
  ...proofFields,
});

/** The bundle in a text; throws ShapeError or StrictJsonError with the place of the first fault. */
export function parseEquipmentBundle(json: string): EquipmentBundle {
  const value = parseStrictJson(json, limits);
  requireShape(value, shape);
  return value as EquipmentBundle;
}
