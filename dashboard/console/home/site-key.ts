/** A site's id is its organisation's own; the operator sees many organisations. */
export function keyOf({
  organisation,
  id,
}: {
  readonly organisation: { readonly id: string };
  readonly id: string;
}): string {
  return `${organisation.id}/${id}`;
}
