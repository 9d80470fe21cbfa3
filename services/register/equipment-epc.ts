import { canonicalEpc } from "#domain/codes/epc.ts";

/** What the code of a piece of equipment is made from; `gln` is its site's. */
export interface EquipmentCode {
  readonly id?: string;
  readonly gln?: string;
  readonly extension?: string;
  readonly giai?: string;
  readonly grai?: string;
}

/**
 * The EPC of a piece of equipment: its GIAI (AI 8004) or GRAI (AI 8003) where it moves, else its site's GLN with an
 * extension (AI 414, 254), for which the id stands in; null where that is no valid code.
 */
export function equipmentEpc({ id, gln, extension = id, giai, grai }: EquipmentCode): string | null {
  const part = (ai: string, value: string | undefined) => `${ai}/${encodeURIComponent(value ?? "")}`;
  const path =
    giai !== undefined
      ? part("8004", giai)
      : grai !== undefined
        ? part("8003", grai)
        : `${part("414", gln)}/${part("254", extension)}`;
  return canonicalEpc(`https://id.gs1.org/${path}`);
}
