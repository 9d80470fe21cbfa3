import type { LogState } from "#api/console-shapes.ts";
import { formatTime } from "../../i18n/format.ts";
import { logTroubleWords } from "../findings/finding-words.ts";
import { Story } from "../findings/story.tsx";
import { useWords } from "../use-words.tsx";

/** What is wrong with the log now, as its operators' alarms say: what happened, what is kept, what to do. */
export function LogTroubles({ log: { troubles } }: { log: LogState }) {
  const { say } = useWords();
  if (troubles.length === 0) return null;
  return (
    <section className="card" aria-labelledby="troubles">
      <h2 id="troubles">{say.text("log.troubles")}</h2>
      <ul className="stories">
        {troubles.map(({ kind, since }) => {
          const { tone, title, what, holds, todo } = logTroubleWords(kind);
          const clock = formatTime(say.lang, Date.parse(since));
          return (
            <Story
              key={kind}
              tone={tone}
              title={say.text(title)}
              when={say.text("log.troubleSince", { clock })}
              what={say.text(what)}
              holds={say.text(holds)}
              todo={say.text(todo)}
            />
          );
        })}
      </ul>
    </section>
  );
}
