import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type {
  Alarms,
  Chart,
  DeadLetters,
  Equipment,
  Findings,
  Gateways,
  LogState,
  Me,
  SignIn,
  Sites,
} from "#api/console-shapes.ts";
import { ApiError, getJson, getText } from "./api.ts";
import type { Period } from "./equipment/period.ts";
import { type HeldSites, keepNewer } from "./shell/merge-live.ts";
import { maybeSignedIn, noteSignedIn } from "./signed-in.ts";

const minuteMs = 60_000;
const alarmsAPage = 50;
const gatewaysAPage = 50;
const findingsAPage = 30;
const sitesKey = ["sites"];

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => {
    if (!maybeSignedIn()) return null;
    try {
      return await getJson<Me>("/v1/me", signal);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      noteSignedIn(false);
      return null;
    }
  },
  staleTime: 5 * minuteMs,
});

/** What the sign-in page is told before anybody is known. */
export const signInQuery = queryOptions({
  queryKey: ["sign-in"],
  queryFn: ({ signal }) => getJson<SignIn>("/v1/sign-in", signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** All sites; the live stream keeps it, a fetch each minute makes sure and undoes nothing newer. */
export const sitesQuery = queryOptions({
  queryKey: sitesKey,
  queryFn: async ({ signal, client }) => {
    const fetched = await getJson<Sites>("/v1/sites", signal);
    return keepNewer(client.getQueryData<HeldSites>(sitesKey), fetched);
  },
  refetchInterval: minuteMs,
});

/** One piece of equipment. */
export function equipmentQuery(label: string) {
  return queryOptions({
    queryKey: ["equipment", label],
    queryFn: ({ signal }) => getJson<Equipment>(`/v1/equipment/${encodeURIComponent(label)}`, signal),
    refetchInterval: minuteMs / 2,
  });
}

/** The chart of a period; one that ends now is fetched again each minute. */
export function chartQuery(label: string, period: Period) {
  const query = new URLSearchParams(
    period.kind === "custom"
      ? { from: new Date(period.fromMs).toISOString(), to: new Date(period.toMs).toISOString() }
      : {},
  );
  return queryOptions({
    queryKey: ["chart", label, period],
    queryFn: ({ signal }) => {
      if (period.kind === "last") {
        const now = Date.now();
        query.set("from", new Date(now - period.lengthMs).toISOString());
        query.set("to", new Date(now).toISOString());
      }
      return getJson<Chart>(`/v1/equipment/${encodeURIComponent(label)}/chart?${query}`, signal);
    },
    ...(period.kind === "last" && { refetchInterval: minuteMs }),
  });
}

/** A list that the API gives page by page. */
function pagesOf<Page extends { readonly next: string | null }>(
  path: string,
  { queryKey, search, refetchInterval }: { queryKey: string[]; search: object; refetchInterval: number },
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ ...search, ...(pageParam !== null && { cursor: pageParam }) });
      return getJson<Page>(`${path}?${query}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval,
  });
}

/** Alarms page by page: those still open, or all there ever were. */
export function alarmsQuery(show: "open" | "all") {
  return pagesOf<Alarms>("/v1/alarms", {
    queryKey: ["alarms", show],
    search: { state: show, limit: String(alarmsAPage) },
    refetchInterval: minuteMs,
  });
}

/** The organisation's own gateways page by page; asked often, so that a first message is seen soon. */
export const gatewaysQuery = pagesOf<Gateways>("/v1/gateways", {
  queryKey: ["gateways"],
  search: { limit: String(gatewaysAPage) },
  refetchInterval: minuteMs / 6,
});

/** What of the organisation's own doesn't add up, page by page. */
export const findingsQuery = pagesOf<Findings>("/v1/findings", {
  queryKey: ["findings"],
  search: { limit: String(findingsAPage) },
  refetchInterval: minuteMs,
});

/** What the organisation's gateways sent that was set aside, page by page. */
export const deadLettersQuery = pagesOf<DeadLetters>("/v1/dead-letters", {
  queryKey: ["dead-letters"],
  search: { limit: String(findingsAPage) },
  refetchInterval: minuteMs,
});

/** The log as it stands. */
export const logQuery = queryOptions({
  queryKey: ["log"],
  queryFn: ({ signal }) => getJson<LogState>("/v1/log/overview", signal),
  refetchInterval: minuteMs / 4,
});

/** The newest checkpoint as the log's key signed it (C2SP signed note), when the log has `size` entries. */
export function checkpointQuery(size: number) {
  return queryOptions({
    queryKey: ["checkpoint", size],
    queryFn: ({ signal }) => getText("/log/checkpoint", signal),
  });
}
