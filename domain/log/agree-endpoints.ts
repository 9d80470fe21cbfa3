import type { VerificationResult } from "./bundle.ts";
import type { Judgement } from "./judge-anchor.ts";

/** What counts if any endpoint shows it, gravest first: that something contradicts itself, then that the lot is recalled. */
const gravest: readonly VerificationResult[] = [
  ...(["FORK_DETECTED", "TAMPERED", "BAD_SIGNATURE", "BAD_PATH", "MALFORMED"] as const),
  ...(["SUBJECT_MISMATCH", "KEY_UNKNOWN", "REVOKED"] as const),
];

/**
 * What several endpoints prove together (design §5): the gravest that one of them shows, so that none hides it by hanging
 * behind or not answering; else the first result that isn't valid; endpoints that contradict each other about the time of
 * the anchor prove nothing; of valid results the one that says least.
 */
export function agreeEndpoints<Outcome extends Judgement>(
  results: readonly [Outcome, ...Outcome[]],
): Outcome {
  const [first] = results;
  const isValid = ({ result }: Outcome) => result.startsWith("VALID_");
  const [grave] = gravest.flatMap((each) => results.find(({ result }) => result === each) ?? []);
  const worst = grave ?? results.find((one) => !isValid(one));
  if (worst !== undefined) return worst;
  if (results.some(({ asOf }) => secondOf(asOf) !== secondOf(first.asOf))) {
    const reasons = ["the endpoints contradict each other about when this was anchored"];
    return { ...first, result: "CHAIN_UNREACHABLE", asOf: null, reasons };
  }
  return results.find(({ result }) => result === "VALID_PROVISIONAL") ?? first;
}

/** The chain counts in seconds. */
function secondOf(at: number | null): number | null {
  return at === null ? null : Math.floor(at / 1000);
}
