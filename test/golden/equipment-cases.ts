/** What is kept beside golden equipment bundles, and how one of them is judged. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Judgement } from "#domain/log/judge-anchor.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import type { EquipmentReport } from "#domain/provenance/equipment-report.ts";
import { tellEquipment } from "#domain/provenance/tell-equipment.ts";
import { verifyEquipmentBundle } from "#domain/provenance/verify-equipment.ts";
import { type GoldenChain, rpcOf } from "#test/support/golden-chain.ts";

/** A bundle with all that its check needs. */
interface EquipmentInput {
  readonly about: string;
  readonly bundle: string;
  readonly trust: string;
  readonly code: string;
  readonly chain: GoldenChain;
}

/** How a check must end; the report where the bundle holds. */
interface EquipmentOutcome extends Pick<Judgement, "result" | "asOf"> {
  readonly report: EquipmentReport | null;
}

/** The golden cases of version 1: NAME.json with the case, NAME.bundle.json with the bundle's very text. */
export function readGoldenEquipment(): (EquipmentInput & { name: string; expected: EquipmentOutcome })[] {
  const dir = join(import.meta.dirname, "equipment-v1");
  const names = readdirSync(dir).filter((name) => name.endsWith(".bundle.json"));
  return names.map((file) => {
    const name = file.replace(".bundle.json", "");
    const bundle = readFileSync(join(dir, file), "utf8");
    return { ...JSON.parse(readFileSync(join(dir, `${name}.json`), "utf8")), name, bundle };
  });
}

/** How our verifier, and the report told from what it proved, end a case. */
export async function judgeEquipment({
  bundle,
  trust,
  code,
  chain,
}: EquipmentInput): Promise<EquipmentOutcome> {
  const given = { trust: parseTrust(trust), code, rpc: rpcOf(chain) };
  const { result, asOf, contents } = await verifyEquipmentBundle(bundle, given);
  return { result, asOf, report: contents === null ? null : tellEquipment(contents, asOf) };
}
