import { ToneIcon } from "../icons.tsx";
import { useWords } from "../use-words.tsx";
import { type AnswerFacts, answerOf } from "./answer.ts";

/** The answer in words, the first thing on the screen. */
export function AnswerCard({ facts }: { facts: AnswerFacts }) {
  const { say } = useWords();
  const { tone, sentence, note } = answerOf(facts, say);
  return (
    <section className={`answer tone-${tone}`} data-tone={tone} aria-label={say.text("home.answer")}>
      <ToneIcon tone={tone} />
      <div>
        <p className="sentence" role="status">
          {sentence}
        </p>
        <p className="note">{note}</p>
      </div>
    </section>
  );
}
