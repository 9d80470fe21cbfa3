import { toHex } from "#domain/log/bytes.ts";
import type { HeadsProof } from "#domain/log/prefix-tree.ts";
import type { LogRow } from "#store/stretches.ts";

/**
 * The rows that a head follows from, by their chain: should records hold two versions of a stream, a bundle shows the one
 * that the anchored heads name, and the verifier judges it. Where the chain is broken, all rows as they are.
 */
export function chainTo(head: HeadsProof, rows: readonly LogRow[]): readonly LogRow[] {
  if (new Set(rows.map(({ seq }) => seq)).size === rows.length) return rows;
  const byLeaf = new Map(rows.map((row) => [toHex(row.leaf), row]));
  const chain: LogRow[] = [];
  for (let row = byLeaf.get(head.leaf ?? ""); row !== undefined; row = byLeaf.get(toHex(row.prev))) {
    chain.unshift(row);
  }
  return chain;
}
