import { useInfiniteQuery } from "@tanstack/react-query";
import type { DeadLetter } from "#api/console-shapes.ts";
import { More } from "../more.tsx";
import { deadLettersQuery } from "../queries.ts";
import { useLiveSites } from "../shell/use-live.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { deadWords } from "./dead-words.ts";
import { type Neighbours, neighboursOf } from "./neighbours.ts";
import { Story, Times } from "./story.tsx";

/** Messages and readings that were set aside, newest first, each with why, what to do, and the words for its maker. */
export function DeadLetterList() {
  const { say } = useWords();
  const query = useInfiniteQuery(deadLettersQuery);
  const { serverNowMs } = useLiveSites();
  const rows = query.data?.pages.flatMap((page) => page.deadLetters);
  return (
    <section className="card" aria-labelledby="dead">
      <h2 id="dead">{say.text("dead.title")}</h2>
      <p className="note">{say.text("dead.lead")}</p>
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {rows === undefined && query.isPending && <Skeleton lines={6} />}
      {rows?.length === 0 && <p>{say.text("dead.none")}</p>}
      {rows !== undefined && rows.length > 0 && (
        <ul className="stories">
          {neighboursOf(rows, ({ gateway, reason }) => `${gateway}/${reason}`).map((found) => (
            <DeadLetterStory key={found.newest.id} found={found} nowMs={serverNowMs} />
          ))}
        </ul>
      )}
      <More query={query}>{say.text("findings.more")}</More>
    </section>
  );
}

function DeadLetterStory({ found, nowMs }: { found: Neighbours<DeadLetter>; nowMs: number }) {
  const { say } = useWords();
  const { newest, count, since } = found;
  const { title, todo } = deadWords(newest.reason);
  return (
    <Story
      tone="open"
      title={say.text(title)}
      about={newest.gateway}
      when={<Times at={newest.at} since={since} count={count} nowMs={nowMs} />}
      todo={say.text(todo)}
    >
      <details>
        <summary>{say.text("dead.forMaker")}</summary>
        <p lang="en">
          {newest.reason}: {newest.detail}
        </p>
        {newest.cure !== null && <p lang="en">{newest.cure}</p>}
        {newest.topic !== null && <code>{newest.topic}</code>}
      </details>
    </Story>
  );
}
