import type { Equipment } from "#api/console-shapes.ts";
import { formatTime } from "../../i18n/format.ts";
import { Icon } from "../icons.tsx";
import { useWords } from "../use-words.tsx";

/** Messages that a gateway numbered and that never came, in words, and what that means for the chart below. */
export function MissingMessages({ equipment: { missing } }: { equipment: Equipment }) {
  const { say } = useWords();
  if (missing.length === 0) return null;
  return (
    <section className="card" aria-labelledby="missing">
      <h2 id="missing">
        <Icon name="no-data" /> {say.text("missing.title")}
      </h2>
      <ul>
        {missing.map(({ gateway, boot, from, to, since }) => (
          <li key={`${gateway}/${boot}/${from}`}>
            {say.count("missing.line", to - from + 1, {
              ...{ gateway, boot: String(boot), from: String(from), to: String(to) },
              noticed: formatTime(say.lang, Date.parse(since)),
            })}
          </li>
        ))}
      </ul>
      <p className="note">{say.text("missing.meaning")}</p>
    </section>
  );
}
