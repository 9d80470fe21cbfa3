import { checkPacks } from "#services/packs/check-packs.ts";
import type { NetLimit } from "./net-limit.ts";
import type { ApiContext, ApiParts } from "./parts.ts";

/**
 * Counts a code that nobody recorded against the net that asks. A recorded pack is looked up and never refused, however
 * many share the net: a shop's till or a carrier's NAT mustn't lose its patients to somebody else's wrong codes.
 * @throws AppError TOO_MANY when the net has used up its minute of unknown codes
 */
export async function limitUnknown(
  c: ApiContext,
  parts: ApiParts,
  unknown: NetLimit,
  code: string,
): Promise<void> {
  if (c.get("actor").kind !== "public") return;
  const [recorded] = await checkPacks(parts, [code]);
  if (recorded?.state === "UNKNOWN") unknown.count(c);
}
