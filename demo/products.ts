/** The demo maker's two products and their lots; generic names, test identifiers. */
import { demoGtin } from "./identifiers.ts";
import type { ProductRecord } from "./network-file.ts";
import type { Seed } from "./seed.ts";

const dayMs = 24 * 60 * 60_000;
const shelfLifeMs = 540 * dayMs;

/** GTINs of the two products. */
const GTIN = { insulin: demoGtin(1), vaccine: demoGtin(2) } as const;

/** A lot of one product with its expiry (YYYY-MM-DD). */
export interface DemoLot {
  readonly gtin: string;
  readonly lot: string;
  readonly expiry: string;
}

/** The products with their label limits, in force from a time (epoch ms). */
export function demoProducts(effectiveFrom: number): ProductRecord[] {
  const rules = { lowerLimitC: 2, upperLimitC: 8, effectiveFrom: new Date(effectiveFrom).toISOString() };
  return [
    {
      gtin: GTIN.insulin,
      names: { zh: "人胰岛素注射液（示范）", en: "Human insulin injection (demo)" },
      ...rules,
    },
    {
      gtin: GTIN.vaccine,
      names: { zh: "重组乙型肝炎疫苗（示范）", en: "Recombinant hepatitis B vaccine (demo)" },
      ...rules,
    },
  ];
}

/** One lot of each product; a lot's number follows from the seed. */
export function demoLots(seed: Seed, now: number): DemoLot[] {
  return [demoLot(seed, now, GTIN.insulin, "INS"), demoLot(seed, now, GTIN.vaccine, "HBV")];
}

function demoLot(seed: Seed, now: number, gtin: string, prefix: string): DemoLot {
  const expiry = new Date(now + shelfLifeMs).toISOString().slice(0, 10);
  return { gtin, lot: `${prefix}${seed.digits(`lot/${gtin}`, 5)}`, expiry };
}
