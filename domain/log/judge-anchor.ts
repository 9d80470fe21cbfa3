/** The last step of every check: how far the tree that a bundle is proved in is anchored, and whether that is fresh enough. */
import type { Proofs, TrustFile, VerificationResult } from "./bundle.ts";
import type { Rpc } from "./chain-view.ts";
import { type AnchorClaim, proveAnchor } from "./prove-anchor.ts";

/** A result, when its tree was anchored (epoch ms; null where that is not proved), and why in plain words. */
export interface Judgement {
  readonly result: VerificationResult;
  readonly asOf: number | null;
  readonly reasons: readonly string[];
}

/** What the caller brings: see `VerifyOptions`. */
interface AnchorOptions {
  readonly trust: TrustFile;
  readonly rpc?: Rpc;
  readonly maxAgeMs?: number;
  readonly nowMs?: number;
}

/** Asks the chain where there is one to ask; without it a bundle that holds is VALID_PROVISIONAL at best. */
export async function judgeAnchor(
  claim: AnchorClaim & { readonly bundle: Pick<Proofs, "heads"> },
  { trust, rpc, maxAgeMs, nowMs }: AnchorOptions,
): Promise<Judgement> {
  if (rpc === undefined) return { ...offline(claim.bundle, maxAgeMs, nowMs), asOf: null };
  const { result, asOf, reasons, chainTime } = await proveAnchor(claim, trust, rpc);
  const ageMs = Math.max(chainTime ?? 0, nowMs ?? 0) - (asOf ?? 0);
  if (result.startsWith("VALID") && maxAgeMs !== undefined && ageMs > maxAgeMs) {
    return { result: "STALE", asOf, reasons: ["the newest proven anchor is older than allowed"] };
  }
  return { result, asOf, reasons };
}

/** Offline no anchor is proved; what can be too old is the moment at which the log's key closed the tree. */
function offline(
  { heads }: Pick<Proofs, "heads">,
  maxAgeMs: number | undefined,
  nowMs: number | undefined,
): Pick<Judgement, "result" | "reasons"> {
  const ageMs = (nowMs ?? Number.POSITIVE_INFINITY) - heads.opening.header.to;
  if (maxAgeMs !== undefined && ageMs > maxAgeMs) {
    return { result: "STALE", reasons: ["offline, and the log's newest statement is older than allowed"] };
  }
  return { result: "VALID_PROVISIONAL", reasons: ["checked offline: the chain was not asked"] };
}
