import { parseTrust } from "#domain/log/parse-bundle.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import type { Language } from "../../i18n/format.ts";
import { wordsFor } from "../../i18n/words.ts";
import { quickSha256 } from "../../quick-sha256.ts";
import { jsonRpc } from "../../scan/browser/json-rpc.ts";
import { type Checked, type CheckOutcome, runCheck } from "../../scan/browser/run-check.ts";
import { verdictSummary } from "../../scan/verdict-summary.ts";
import { bundlePath } from "./bundle-path.ts";

/** What the check found besides its words: the result of design §5, how recent the proof is, the verifier's reasons. */
export interface ProofFindings {
  readonly result: string;
  readonly asOf: number | null;
  readonly reasons: readonly string[];
}

const fetchTimeoutMs = 20_000;
const prefixes = ["check.", "result.", "question.", "known.", "state.", "cold."];

/**
 * Checks a pack's proof in this page as the patient's page does: bundle and trust file fetched from us, the chain asked
 * through our relay, the answer told again and compared. With our help, that is; `show` is told each step.
 */
export async function checkPack(
  answer: Answer,
  lang: Language,
  show: (outcome: CheckOutcome, findings: ProofFindings | null) => void,
): Promise<void> {
  // Made ready while the proof is on its way.
  const hashing = quickSha256();
  let findings: ProofFindings | null = null;
  const settings = {
    bundle: bundlePath(answer),
    trust: "/trust.json",
    server: verdictSummary(answer),
    words: wordsFor(lang, prefixes),
  };
  const check = async (text: string, trustText: string): Promise<Checked> => {
    const trust = parseTrust(trustText);
    const { code, view } = answer;
    const rpc = jsonRpc("/chain/rpc");
    const proof = await verifyBundle(text, { trust, code, rpc, sha256: await hashing });
    const { result, asOf, reasons, contents } = proof;
    findings = { result, asOf, reasons };
    if (contents === null) return { result, answer: null };
    const { chainClass } = trust;
    return { result, answer: tellAnswer(contents, { code, view, result, asOf, chainClass, reasons }) };
  };
  await runCheck(settings, { fetchText, check }, (outcome) => show(outcome, findings));
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}
