/** A ledger's receipts up to an instant: what gateways were told after a power cut belongs to a world that never was. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How long each file of a ledger is now. */
export function markLedger(folder: string): ReadonlyMap<string, number> {
  return new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));
}

/** Takes receipts out that were written after a mark; the messages stay, since a gateway's own disk kept them. */
export function forgetReceiptsAfter(folder: string, mark: ReadonlyMap<string, number>): void {
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "latin1");
    const size = mark.get(name) ?? 0;
    const later = text.slice(size).replaceAll(/^R .*\n/gm, "");
    writeFileSync(join(folder, name), text.slice(0, size) + later, "latin1");
  }
}
