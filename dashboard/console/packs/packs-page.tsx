import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef } from "react";
import type { Answer } from "#domain/provenance/answer.ts";
import { ApiError, getJson } from "../api.ts";
import { Heading } from "../heading.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { PackStory } from "./pack-story.tsx";
import { readTimes } from "./read-times.ts";

/** A pack by its code: entered, pasted, or in the address; then its story and its proof checked here. */
export function PacksPage() {
  const { say } = useWords();
  const { code } = useSearch({ strict: false }) as { code?: string };
  return (
    <>
      <Heading title={say.text("packs.title")} />
      <CodeForm code={code ?? ""} />
      {code !== undefined && <Pack key={code} code={code} />}
    </>
  );
}

function CodeForm({ code }: { code: string }) {
  const { say } = useWords();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (field.current !== null) field.current.value = code;
  }, [code]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("code")).trim();
    if (typed !== "") void navigate({ to: "/packs", search: { code: typed } });
  };
  return (
    <search>
      <form className="card enter-code" onSubmit={submit}>
        <label htmlFor="code">{say.text("packs.code")}</label>
        <p className="note" id="code-hint">
          {say.text("packs.hint")}
        </p>
        <div className="row">
          <input
            ref={field}
            id="code"
            name="code"
            required
            maxLength={4_096}
            defaultValue={code}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-describedby="code-hint"
          />
          <button type="submit" className="main">
            {say.text("packs.look")}
          </button>
        </div>
      </form>
    </search>
  );
}

function Pack({ code }: { code: string }) {
  const { say } = useWords();
  const query = useQuery({
    queryKey: ["pack", code],
    queryFn: async ({ signal }) =>
      readTimes(await getJson(`/v1/provenance/${encodeURIComponent(code)}`, signal)) as Answer,
  });
  if (query.error instanceof ApiError && query.error.status === 400)
    return (
      <p className="card" role="alert">
        {say.text("packs.unreadable")}
      </p>
    );
  if (query.isError) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return query.data === undefined ? <Skeleton lines={10} /> : <PackStory answer={query.data} />;
}
