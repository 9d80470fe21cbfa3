/** The script of the patient's page: checks the proof again on the phone and says whether it agrees. */
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { quickSha256 } from "../../quick-sha256.ts";
import type { VerdictSummary } from "../verdict-summary.ts";
import { jsonRpc } from "./json-rpc.ts";
import { type Checked, type CheckOutcome, runCheck } from "./run-check.ts";

const fetchTimeoutMs = 20_000;
/** Made ready while the proof is on its way. */
const hashing = quickSha256();

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

/** `code` and `view` are what the page was asked for; chain class and keys come from the trust file alone. */
function checkWith(code: string, view: Answer["view"], rpc: string) {
  return async (text: string, trustText: string): Promise<Checked> => {
    const trust = parseTrust(trustText);
    const options = { trust, code, rpc: jsonRpc(rpc), sha256: await hashing };
    const { result, asOf, reasons, contents } = await verifyBundle(text, options);
    if (contents === null) return { result, answer: null };
    const { chainClass } = trust;
    return { result, answer: tellAnswer(contents, { code, view, result, asOf, chainClass, reasons }) };
  };
}

function showIn(section: HTMLElement, status: HTMLElement) {
  return (outcome: CheckOutcome): void => {
    section.className = `check tone-${outcome.tone}`;
    section.dataset.outcome = outcome.tone;
    // A verdict that warns already is not made to look like less.
    const verdict = document.querySelector(".verdict:not(.tone-stop)");
    verdict?.classList.toggle("doubted", outcome.tone === "stop");
    status.setAttribute("role", outcome.loud ? "alert" : "status");
    const lines = [outcome.sentence, ...outcome.details].map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    });
    status.replaceChildren(...lines);
  };
}

const section = document.getElementById("check");
const status = document.getElementById("check-status");
if (section !== null && status !== null) {
  const {
    code = "",
    view = "public",
    bundle = "",
    trust = "",
    rpc = "",
    verdict = "{}",
    words = "{}",
  } = section.dataset;
  const settings = { bundle, trust, server: JSON.parse(verdict) as VerdictSummary, words: JSON.parse(words) };
  const check = checkWith(code, view === "partner" ? "partner" : "public", rpc);
  void runCheck(settings, { fetchText, check }, showIn(section, status));
}
