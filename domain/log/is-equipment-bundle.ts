/** Whether a text is about equipment and not about a pack; what is no JSON is taken for a pack's, whose check says why. */
export function isEquipmentBundle(json: string): boolean {
  try {
    return (JSON.parse(json) as { kind?: unknown } | null)?.kind === "equipment";
  } catch {
    return false;
  }
}
