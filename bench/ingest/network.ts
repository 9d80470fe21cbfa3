import { checkDigit } from "#domain/codes/check-digit.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { gatewayId, type Load, probeGateway } from "./load.ts";
import { channel, gatewayPublicKey, keyId } from "./payload.ts";

/** The measuring point of the probes. */
export const probePoint = "f".repeat(32);
/** A site may have that many gateways. */
const gatewaysPerSite = 500;
const gln = `690000000001${checkDigit("690000000001")}`;

/** The network file of a load: each gateway with a sensor in a refrigerator of its own, and the probes' one. */
export function benchNetwork({ gateways, isSigned }: Load): object {
  const ids = Array.from({ length: gateways }, (_, index) => ({
    id: gatewayId(index),
    point: pointOf(index),
  }));
  const all = [...ids, { id: probeGateway, point: probePoint }];
  const sites = [];
  for (let from = 0; from < all.length; from += gatewaysPerSite)
    sites.push(siteOf(`site-${from}`, all.slice(from, from + gatewaysPerSite), isSigned));
  const operator = { id: "operator", kind: "operator", names: { zh: "运营方", en: "Operator" } };
  const pharmacy = { id: "bench", kind: "pharmacy", names: { zh: "基准", en: "Bench" }, sites };
  return { coldmark: 1, operator: "operator", organisations: [operator, pharmacy] };
}

function pointOf(index: number): string {
  return index.toString(16).padStart(32, "0");
}

function siteOf(id: string, gateways: readonly { id: string; point: string }[], signatureRequired: boolean) {
  return {
    id,
    kind: "shop",
    gln,
    names: { zh: "店", en: "Shop" },
    equipment: gateways.map(({ id: gateway, point }) => ({
      id: `fridge-${gateway}`,
      kind: "refrigerator",
      names: { zh: "冰箱", en: "Refrigerator" },
      lowerLimitC: 2,
      upperLimitC: 8,
      sensors: [{ id: `sensor-${gateway}`, gateway, channel, point }],
    })),
    gateways: gateways.map(({ id: gateway }) => ({
      id: gateway,
      kind: "native",
      signatureRequired,
      keys: [{ kid: keyId(gateway), alg: "Ed25519", publicKey: toBase64(gatewayPublicKey) }],
    })),
  };
}
