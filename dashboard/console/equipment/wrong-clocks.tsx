import type { Equipment } from "#api/console-shapes.ts";
import { Icon } from "../icons.tsx";
import { useWords } from "../use-words.tsx";
import { clockSentences } from "./clock-sentences.ts";

/** Which gateways' clocks are off, by how much, what that means for the times below, and what to do. */
export function WrongClocks({ equipment: { gateways } }: { equipment: Equipment }) {
  const { say } = useWords();
  const sentences = clockSentences(gateways, say);
  if (sentences.length === 0) return null;
  return (
    <section className="card" aria-labelledby="clocks">
      <h2 id="clocks">
        <Icon name="sensor-fault" /> {say.text("clock.title")}
      </h2>
      <ul>
        {sentences.map(({ gateway, sentence }) => (
          <li key={gateway}>{sentence}</li>
        ))}
      </ul>
      <p className="note">{say.text("clock.meaning")}</p>
    </section>
  );
}
