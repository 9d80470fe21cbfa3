import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useMemo } from "react";
import { Heading } from "../heading.tsx";
import { useLiveSites } from "../shell/use-live.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { AnswerCard } from "./answer-card.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { keepSearch } from "./kept-search.ts";
import { filterSites, readSiteFilter, type SiteFilter } from "./site-filter.ts";
import { SiteList } from "./site-list.tsx";
import { sortSites } from "./sort-sites.ts";

/** All my sites: the answer in words, then each site worst first, live. */
export function HomePage() {
  const { say } = useWords();
  const filter = readSiteFilter(useSearch({ strict: false }) as Record<string, unknown>);
  const navigate = useNavigate();
  const { query, liveness, checkedMs, serverNowMs } = useLiveSites();
  const sites = useMemo(() => sortSites(query.data?.sites ?? []), [query.data?.sites]);
  const wanted = useDeferredValue(JSON.stringify(filter));
  const shown = useMemo(() => filterSites(sites, JSON.parse(wanted) as SiteFilter), [sites, wanted]);
  const kiosk = filter.kiosk === 1;
  useEffect(() => {
    if (!kiosk) keepSearch(JSON.parse(wanted) as SiteFilter);
  }, [wanted, kiosk]);
  const change = (part: SiteFilter) => {
    const search = readSiteFilter({ ...filter, ...part });
    void navigate({ to: "/", search, replace: true, resetScroll: false });
  };
  return (
    <>
      <Heading title={say.text("home.title")} hidden />
      {query.data === undefined ? (
        query.isError ? (
          <Trouble error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Skeleton lines={8} />
        )
      ) : (
        <>
          <AnswerCard facts={{ sites, liveness, checkedMs }} />
          {!kiosk && sites.length > 1 && <FilterBar sites={sites} filter={filter} change={change} />}
          <SiteList
            sites={shown}
            all={sites.length}
            nowMs={serverNowMs}
            onceMs={liveness.live ? null : checkedMs}
            clear={() => change({ state: undefined, province: undefined, q: undefined })}
          />
        </>
      )}
    </>
  );
}
