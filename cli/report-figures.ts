import type { Figure } from "#bench/ingest/figures.ts";
import { say } from "./say.ts";

/** Prints a bench's figures: one JSON object, or a line each. */
export function reportFigures(figures: readonly Figure[], { json }: { readonly json?: boolean }): void {
  if (json) {
    say(JSON.stringify({ figures }));
    return;
  }
  for (const { name, value, unit, target, met, peer = "coldmark" } of figures) {
    const verdict = target === null ? "" : ` (target ${target}: ${met ? "met" : "MISSED"})`;
    say(`${peer}: ${name}: ${value ?? "none"} ${unit}${verdict}`);
  }
}
