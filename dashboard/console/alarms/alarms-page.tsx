import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Heading } from "../heading.tsx";
import { More } from "../more.tsx";
import { alarmsQuery, meQuery } from "../queries.ts";
import { useLiveSites } from "../shell/use-live.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { AlarmTable } from "./alarm-table.tsx";

/** Alarms: those still open, what nobody took up first; or all there ever were, page by page. */
export function AlarmsPage() {
  const { say } = useWords();
  const { show = "open" } = useSearch({ strict: false }) as { show?: "all" };
  const query = useInfiniteQuery(alarmsQuery(show));
  const { data: me } = useQuery(meQuery);
  const { serverNowMs } = useLiveSites();
  const alarms = query.data?.pages.flatMap((page) => page.alarms);
  return (
    <>
      <Heading title={say.text("alarms.title")} />
      <nav className="chips" aria-label={say.text("alarms.which")}>
        <Link
          to="/alarms"
          search={{}}
          activeOptions={{ exact: true }}
          aria-current={show === "open" ? "page" : undefined}
        >
          {say.text("alarms.open")}
        </Link>
        <Link to="/alarms" search={{ show: "all" }} aria-current={show === "all" ? "page" : undefined}>
          {say.text("alarms.all")}
        </Link>
        <Link to="/findings">{say.text("findings.title")}</Link>
      </nav>
      {me?.mayAcknowledge === false && <p className="note">{say.text("alarms.readOnly")}</p>}
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {alarms === undefined ? (
        query.isPending && <Skeleton lines={8} />
      ) : alarms.length === 0 ? (
        <p className="card">{say.text(show === "open" ? "alarms.none" : "alarms.never")}</p>
      ) : (
        <AlarmTable alarms={alarms} nowMs={serverNowMs} />
      )}
      <More query={query}>{say.text("alarms.more")}</More>
    </>
  );
}
