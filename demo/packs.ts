/** The demo's packs and cases, as codes. */
import { demoSscc } from "./identifiers.ts";
import type { DemoLot } from "./products.ts";
import type { Seed } from "./seed.ts";

/** One pack: a GS1 serial number, or a 20-digit Chinese code of a product with a GTIN of its own. */
export interface DemoPack {
  readonly epc: string;
  /** The page of its code on a Coldmark server, as a path. */
  readonly path: string;
  readonly lot: DemoLot;
}

/** A case (SSCC) with the packs in it. */
export interface DemoBox {
  readonly epc: string;
  readonly packs: readonly DemoPack[];
}

/** A pack with a GS1 code. */
export function gs1Pack(seed: Seed, lot: DemoLot, name: string): DemoPack {
  const serial = `D${seed.digits(`serial/${name}`, 9)}`;
  const epc = `https://id.gs1.org/01/${lot.gtin}/21/${serial}`;
  return { epc, path: `/01/${lot.gtin}/10/${lot.lot}/21/${serial}`, lot };
}

/** A pack with a Chinese 20-digit code; its last four digits can't be checked by anybody but the platform. */
export function chinesePack(seed: Seed, lot: DemoLot, name: string): DemoPack {
  const code = `8${seed.digits(`china/${name}`, 19)}`;
  return { epc: `urn:x-cn:dtc:${code}`, path: `/cn/dtc/${code}`, lot };
}

/** A case of packs. */
export function box(seed: Seed, name: string, packs: readonly DemoPack[]): DemoBox {
  return { epc: `https://id.gs1.org/00/${demoSscc(seed.digits(`sscc/${name}`, 9))}`, packs };
}
