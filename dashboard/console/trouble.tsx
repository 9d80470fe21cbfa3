import { useRouter } from "@tanstack/react-router";
import { ApiError } from "./api.ts";
import { Heading } from "./heading.tsx";
import { ToneIcon } from "./icons.tsx";
import { useWords } from "./use-words.tsx";
import type { ConsoleKey } from "./words.ts";

/** What went wrong in words: what happened, what is not touched by it, what to do next. */
export function Trouble({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { say } = useWords();
  const happened = wordsOf(error);
  return (
    <section className="card trouble tone-caution" role="alert">
      <ToneIcon tone="caution" />
      <div>
        <p>
          <strong>{say.text(happened)}</strong>
        </p>
        <p>{say.text(happened === "trouble.notFound" ? "trouble.elsewhere" : "trouble.recording")}</p>
        {retry && (
          <button type="button" onClick={retry}>
            {say.text("trouble.retry")}
          </button>
        )}
      </div>
    </section>
  );
}

/** The whole page when not even the frame could be shown. */
export function Stopped({ error }: { error: unknown }) {
  const { say } = useWords();
  const router = useRouter();
  return (
    <main id="main">
      <Heading title={say.text("trouble.title")} />
      <Trouble error={error} retry={() => void router.invalidate()} />
    </main>
  );
}

function wordsOf(error: unknown): ConsoleKey {
  const status = error instanceof ApiError ? error.status : -1;
  if (status === 0) return navigator.onLine ? "trouble.unreachable" : "trouble.offline";
  if (status === 404) return "trouble.notFound";
  if (status === 429) return "trouble.tooMany";
  return status === 503 ? "trouble.unavailable" : "trouble.other";
}

/** Grey bars while something loads; they appear only after 300 ms, so that what is quick doesn't flicker. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const { say } = useWords();
  return (
    <div className="skeleton" role="status">
      <span className="hidden">{say.text("loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike and never move
        <span key={line} className="bar" />
      ))}
    </div>
  );
}
