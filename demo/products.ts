/** The demo maker's two products and their lots; generic names, test identifiers. */
import { demoGtin } from "./identifiers.ts";
import type { ProductRecord } from "./network-file.ts";
import type { Seed } from "./seed.ts";

const dayMs = 24 * 60 * 60_000;
const shelfLifeMs = 540 * dayMs;

/** The label's limits of both products, and so of every refrigerator, °C. */
export const LABEL_LIMITS_C = { lowerLimitC: 2, upperLimitC: 8 } as const;

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
  const rules = { ...LABEL_LIMITS_C, effectiveFrom: new Date(effectiveFrom).toISOString() };
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

/** The demo's lots: one of each product, and one of insulin that its maker recalls. Their numbers follow from the seed. */
export interface DemoLots {
  readonly insulin: DemoLot;
  readonly vaccine: DemoLot;
  readonly recalled: DemoLot;
}

/** The lots of a seed at a time (epoch ms). */
export function demoLots(seed: Seed, now: number): DemoLots {
  const expiry = new Date(now + shelfLifeMs).toISOString().slice(0, 10);
  const lot = (gtin: string, prefix: string): DemoLot => ({
    gtin,
    lot: `${prefix}${seed.digits(`lot/${prefix}/${gtin}`, 5)}`,
    expiry,
  });
  return {
    insulin: lot(GTIN.insulin, "INS"),
    vaccine: lot(GTIN.vaccine, "HBV"),
    recalled: lot(GTIN.insulin, "INR"),
  };
}
