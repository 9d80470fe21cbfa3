import { headline, isBroken, type Tone } from "../scan/headline.ts";
import type { Checked } from "./check-files.ts";

/**
 * How an outcome looks: as the worst of the four answers does on the patient's page. Green is only what is final, of the code
 * that was typed, on a chain that the operator can't rewrite alone.
 */
export function toneOf({ proof: { result }, answer, chainClass }: Checked, code: string): Tone {
  if (answer === null) return isBroken(result) ? "stop" : "open";
  const { tone } = headline(answer);
  const mayBeGood = result === "VALID_FINAL" && code !== "" && chainClass !== "operator";
  return tone === "good" && !mayBeGood ? "caution" : tone;
}
