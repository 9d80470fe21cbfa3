import type { Answer } from "#domain/provenance/answer.ts";
import { formatTime } from "../../i18n/format.ts";
import type { Translate } from "../../i18n/words.ts";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { stepWords, whoseWord } from "./step-words.ts";

const heads = ["steps.step", "steps.at", "steps.by", "steps.word"] as const;

/** What the partners stated, step by step, by whom, and whether they signed it. */
export function StepTable({ answer, tell }: { answer: Answer; tell: Translate }) {
  const { say } = useWords();
  if (answer.steps.length === 0) return null;
  const rows = answer.steps.map((step) => ({
    key: `${step.at} ${step.step} ${step.org}`,
    cells: [
      stepWords(step, tell),
      formatTime(say.lang, step.at),
      step.organisation === undefined ? tell(`organisation.${step.by}`) : say.name(step.organisation),
      whoseWord(step, tell),
    ],
  }));
  return (
    <section className="card" aria-labelledby="steps">
      <h2 id="steps">{tell("steps.title")}</h2>
      <Table caption={tell("steps.title")} heads={heads.map((head) => tell(head))} rows={rows} />
    </section>
  );
}
