import type { Site } from "#api/console-shapes.ts";

/** A site's id is its organisation's own; the operator sees many organisations. */
export function keyOf({ organisation, id }: Site): string {
  return `${organisation.id}/${id}`;
}
