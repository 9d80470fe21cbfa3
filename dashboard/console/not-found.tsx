import { Heading } from "./heading.tsx";
import { useWords } from "./use-words.tsx";

/** An address that leads nowhere. */
export function NotFound() {
  const { say } = useWords();
  return (
    <main id="main" className="card">
      <Heading title={say.text("notFound.title")} />
      <p>{say.text("notFound.sentence")}</p>
      <p>
        <a href="/console/">{say.text("notFound.home")}</a>
      </p>
    </main>
  );
}
