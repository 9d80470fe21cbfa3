import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { checkDigit } from "#domain/codes/check-digit.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { messageOf } from "#services/register/signer.ts";

const withCheckDigit = (digits: string) => digits + checkDigit(digits);

/** A small network file: an operator, and a pharmacy `id` with one site, gateway, refrigerator, sensor, product and lot. */
export function networkFile(id: string, number = 1) {
  const offlineKey = ed25519.keygen();
  const gatewayKey = ed25519.keygen();
  const twelve = `69000000${String(number).padStart(4, "0")}`;
  const gtin = withCheckDigit(`0690000${String(number).padStart(6, "0")}`);
  const file = {
    coldmark: 1,
    operator: "op",
    organisations: [
      { id: "op", kind: "operator", names: { zh: "运营方", en: "Operator" } },
      {
        id,
        kind: "pharmacy",
        names: { zh: "药房", en: "Pharmacy" },
        keys: [
          { kid: `${id}-scanner`, alg: "Ed25519", publicKey: toBase64(offlineKey.publicKey), offline: true },
        ],
        apiKeys: [{ id: "till", scopes: ["capture"] }],
        sites: [
          {
            id: "shop",
            kind: "shop",
            gln: withCheckDigit(twelve),
            names: { zh: "店", en: "Shop" },
            equipment: [
              {
                id: "fridge-1",
                kind: "refrigerator",
                names: { zh: "冰箱", en: "Refrigerator" },
                lowerLimitC: 2,
                upperLimitC: 8,
                sensors: [
                  {
                    id: "probe-1",
                    gateway: `${id}-gw`,
                    channel: "t1",
                    calibrations: [
                      { certificate: "C-1", calibratedAt: "2026-01-05", validUntil: "2027-01-05" },
                    ],
                  },
                ],
              },
            ],
            gateways: [
              {
                id: `${id}-gw`,
                kind: "native",
                keys: [{ kid: `${id}-gw-key`, alg: "Ed25519", publicKey: toBase64(gatewayKey.publicKey) }],
              },
            ],
          },
        ],
        products: [{ gtin, names: { zh: "药", en: "Medicine" }, lowerLimitC: 2, upperLimitC: 8 }],
        lots: [{ gtin, lot: `L${randomBytes(3).toString("hex")}`, expiry: "2028-06-30" }],
      },
    ],
  };
  const sign = (signed: object) => ({
    ...signed,
    signatures: [
      { kid: `${id}-scanner`, sig: toBase64(ed25519.sign(messageOf(signed), offlineKey.secretKey)) },
    ],
  });
  return { file, sign, gtin };
}
