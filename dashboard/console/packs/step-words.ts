import type { Step } from "#domain/provenance/answer.ts";
import { isWordKey, type Translate } from "../../i18n/words.ts";

/** A step's CBV names in words; a name outside the vocabulary is "another step", never raw text of a partner. */
export function stepWords(
  { step, disposition }: Pick<Step, "step" | "disposition">,
  tell: Translate,
): string {
  const stepKey = `step.${step}`;
  const dispositionKey = `disposition.${disposition}`;
  const word = isWordKey(stepKey) ? tell(stepKey) : tell("steps.other");
  return isWordKey(dispositionKey)
    ? tell("steps.both", { step: word, disposition: tell(dispositionKey) })
    : word;
}

/** Whose word a step is: signed by who states it, or ours alone. */
export function whoseWord({ signed, offline }: Pick<Step, "signed" | "offline">, tell: Translate): string {
  if (signed) return tell(offline ? "steps.signedOffline" : "steps.signed");
  return tell(offline ? "steps.offline" : "steps.unsigned");
}
