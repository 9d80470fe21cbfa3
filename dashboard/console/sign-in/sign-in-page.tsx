import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { SignIn } from "#api/console-shapes.ts";
import { ApiError, postJson } from "../api.ts";
import { Heading } from "../heading.tsx";
import { meQuery, signInQuery } from "../queries.ts";
import { LanguageSwitch } from "../shell/language-switch.tsx";
import { noteSignedIn } from "../signed-in.ts";
import { useWords } from "../use-words.tsx";
import type { ConsoleKey } from "../words.ts";
import { returnPath } from "./return-path.ts";

/** Sign in with e-mail and password; in a demo, a button for each account to look round with. */
export function SignInPage() {
  const { say } = useWords();
  const { data } = useQuery(signInQuery);
  const { enter, failure, busy } = useEntrance();
  const accounts = data?.demoAccounts ?? [];
  return (
    <div className="entrance">
      <header className="top">
        <span className="brand">
          <img src="/assets/favicon.svg" alt="" width="24" height="24" />
          Coldmark
        </span>
        <LanguageSwitch />
      </header>
      <main>
        <section className="card">
          <Heading title={say.text("signIn.title")} />
          <SignInForm enter={enter} busy={busy} />
          <p role="alert" className="failed">
            {failure !== null && say.text(failure)}
          </p>
        </section>
        {accounts.length > 0 && <DemoAccounts accounts={accounts} enter={enter} busy={busy} />}
        <p className="note">
          {say.text("signIn.patient")} <a href="/">{say.text("signIn.patientLink")}</a>
        </p>
      </main>
    </div>
  );
}

type Enter = (email: string, password: string) => Promise<void>;

/** Signs in, then goes where one was sent from. */
function useEntrance() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { to } = useSearch({ strict: false }) as { to?: string };
  const [failure, setFailure] = useState<ConsoleKey | null>(null);
  const [busy, setBusy] = useState(false);
  const enter: Enter = async (email, password) => {
    setBusy(true);
    setFailure(null);
    try {
      await postJson("/auth/sign-in/email", { email, password });
      noteSignedIn(true);
      client.clear();
      if ((await client.fetchQuery(meQuery)) === null) setFailure("signIn.noMembership");
      else await navigate({ href: `/console${returnPath(to)}`, replace: true });
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { enter, failure, busy };
}

function failureOf(error: unknown): ConsoleKey {
  const status = error instanceof ApiError ? error.status : -1;
  if (status === 0) return "signIn.unreachable";
  if (status === 429) return "signIn.tooMany";
  return status >= 400 && status < 500 ? "signIn.wrong" : "signIn.unavailable";
}

function SignInForm({ enter, busy }: { enter: Enter; busy: boolean }) {
  const { say } = useWords();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void enter(String(form.get("email")).trim(), String(form.get("password")));
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor="email">{say.text("signIn.email")}</label>
      <input id="email" name="email" type="email" autoComplete="username" required maxLength={254} />
      <label htmlFor="password">{say.text("signIn.password")}</label>
      <input
        id="password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        maxLength={256}
      />
      <button type="submit" className="main" disabled={busy}>
        {say.text(busy ? "signIn.busy" : "signIn.submit")}
      </button>
    </form>
  );
}

interface DemoAccountsProps {
  readonly accounts: SignIn["demoAccounts"];
  readonly enter: Enter;
  readonly busy: boolean;
}

function DemoAccounts({ accounts, enter, busy }: DemoAccountsProps) {
  const { say } = useWords();
  return (
    <section className="card demo" aria-labelledby="demo">
      <h2 id="demo">{say.text("signIn.demo")}</h2>
      <p>{say.text("signIn.demoNote")}</p>
      <ul>
        {accounts.map(({ role, email, password, names }) => (
          <li key={email}>
            <button type="button" disabled={busy} onClick={() => void enter(email, password)}>
              <strong>{say.text(`signIn.as.${role}`)}</strong>
              <span>{say.name(names)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
