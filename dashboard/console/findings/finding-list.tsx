import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Finding } from "#api/console-shapes.ts";
import { More } from "../more.tsx";
import { findingsQuery } from "../queries.ts";
import { useLiveSites } from "../shell/use-live.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { findingFacts, findingWords } from "./finding-words.ts";
import { type Neighbours, neighboursOf } from "./neighbours.ts";
import { Story, Times } from "./story.tsx";

/** Contradictions, holes and troubles of the log, newest first, each with what is kept and what to do. */
export function FindingList() {
  const { say } = useWords();
  const query = useInfiniteQuery(findingsQuery);
  const { serverNowMs } = useLiveSites();
  const rows = query.data?.pages.flatMap((page) => page.findings);
  return (
    <section className="card" aria-labelledby="findings">
      <h2 id="findings">{say.text("findings.own")}</h2>
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {rows === undefined && query.isPending && <Skeleton lines={6} />}
      {rows?.length === 0 && <p>{say.text("findings.none")}</p>}
      {rows !== undefined && rows.length > 0 && (
        <ul className="stories">
          {neighboursOf(rows, ({ kind, subject }) => `${kind}/${subject}`).map((found) => (
            <FindingStory key={found.newest.id} found={found} nowMs={serverNowMs} />
          ))}
        </ul>
      )}
      <More query={query}>{say.text("findings.more")}</More>
    </section>
  );
}

function FindingStory({ found, nowMs }: { found: Neighbours<Finding>; nowMs: number }) {
  const { say } = useWords();
  const { newest, count, since } = found;
  const { tone, title, what, holds, todo } = findingWords(newest.kind);
  const facts = findingFacts(newest);
  return (
    <Story
      tone={tone}
      title={say.text(title)}
      about={<About finding={newest} />}
      when={<Times at={newest.at} since={since} count={count} nowMs={nowMs} />}
      what={say.text(what, facts)}
      holds={say.text(holds)}
      todo={say.text(todo)}
    >
      <details>
        <summary>{say.text("findings.details")}</summary>
        <code className="command">
          {newest.kind} {newest.subject} {JSON.stringify(newest.detail)}
        </code>
      </details>
    </Story>
  );
}

function About({ finding: { equipment, subject } }: { finding: Finding }) {
  const { say } = useWords();
  if (equipment === null) return <>{subject}</>;
  return (
    <Link to="/equipment/$label" params={{ label: equipment.label }}>
      {say.name(equipment.names)}
    </Link>
  );
}
