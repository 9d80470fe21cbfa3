import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { postJson } from "../api.ts";
import { keptSearch } from "../home/kept-search.ts";
import { readSiteFilter } from "../home/site-filter.ts";
import { Icon } from "../icons.tsx";
import { meQuery } from "../queries.ts";
import { noteSignedIn } from "../signed-in.ts";
import { askNoMore, mayLeave } from "../use-stay.ts";
import { useWords } from "../use-words.tsx";
import { CallOut } from "./call-out.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { LiveLine } from "./live-line.tsx";
import { LiveProvider, useLive } from "./use-live.tsx";

/** The frame of every page behind the sign-in: skip link, menu, call-outs, the page; on a wall display only the page. */
export function Shell() {
  const kiosk = readSiteFilter(useSearch({ strict: false }) as Record<string, unknown>).kiosk === 1;
  const { say } = useWords();
  return (
    <LiveProvider>
      <div className={kiosk ? "kiosk" : undefined}>
        {!kiosk && (
          <>
            <a className="skip" href="#main">
              {say.text("skip")}
            </a>
            <Top />
          </>
        )}
        <CallOut />
        <main id="main">
          <Outlet />
        </main>
        {!kiosk && (
          <footer className="foot">
            <LiveLine />
            <p>{say.text("foot.zone")}</p>
          </footer>
        )}
      </div>
    </LiveProvider>
  );
}

function Top() {
  const { say } = useWords();
  return (
    <header className="top">
      <Link className="brand" to="/">
        <img src="/assets/favicon.svg" alt="" width="24" height="24" />
        Coldmark
      </Link>
      <nav aria-label={say.text("nav.label")}>
        <Link to="/" search={keptSearch()} activeOptions={{ exact: true, includeSearch: false }}>
          {say.text("nav.sites")}
        </Link>
        <Link to="/alarms">
          {say.text("nav.alarms")}
          <AlarmCount />
        </Link>
        <Link to="/packs">{say.text("nav.packs")}</Link>
        <Link to="/gateways">{say.text("nav.gateways")}</Link>
        <Link to="/log">{say.text("nav.log")}</Link>
      </nav>
      <div className="who">
        <Person />
        <LanguageSwitch />
        <SignOut />
      </div>
    </header>
  );
}

function AlarmCount() {
  const { say } = useWords();
  const { counts } = useLive();
  const waiting = counts?.unacknowledged ?? 0;
  if (waiting === 0) return null;
  return (
    <span className="count tone-stop">
      <Icon name="bell" />
      <span aria-hidden="true">{waiting}</span>
      <span className="hidden">{say.count("nav.waiting", waiting)}</span>
    </span>
  );
}

function Person() {
  const { say } = useWords();
  const { data: me } = useSuspenseQuery(meQuery);
  if (me === null) return null;
  return (
    <p className="person">
      <strong>{me.name}</strong>
      <span>
        {say.text(`role.${me.role}`)} · {say.name(me.organisation.names)}
      </span>
    </p>
  );
}

function SignOut() {
  const { say } = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [failed, setFailed] = useState(false);
  const { follow } = useLive();
  const leave = async () => {
    if (!mayLeave()) return;
    // The server ends the streams of whoever signs out; one that was left before does not knock again.
    follow(false);
    try {
      await postJson("/auth/sign-out", {});
    } catch {
      // Who is not signed out must not be told so.
      follow(true);
      setFailed(true);
      return;
    }
    noteSignedIn(false);
    askNoMore();
    await navigate({ to: "/sign-in" });
    // Only now: what is still on the screen would ask again for what it lost, and be refused.
    client.removeQueries({ type: "inactive" });
  };
  return (
    <>
      <button type="button" className="quiet" onClick={() => void leave()}>
        {say.text("nav.signOut")}
      </button>
      <span role="alert" className="failed">
        {failed && say.text("nav.signOutFailed")}
      </span>
    </>
  );
}
