import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Alarms, Chart, Equipment, Gateways, LogState, Me, SignIn, Sites } from "#api/console-shapes.ts";
import { ApiError, getJson } from "./api.ts";
import type { Period } from "./equipment/period.ts";
import { type HeldSites, keepNewer } from "./shell/merge-live.ts";
import { maybeSignedIn, noteSignedIn } from "./signed-in.ts";

const minuteMs = 60_000;
const alarmsAPage = 50;
const gatewaysAPage = 50;
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

/** Alarms page by page: those still open, or all there ever were. */
export function alarmsQuery(show: "open" | "all") {
  return infiniteQueryOptions({
    queryKey: ["alarms", show],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ state: show, limit: String(alarmsAPage) });
      if (pageParam !== null) query.set("cursor", pageParam);
      return getJson<Alarms>(`/v1/alarms?${query}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: minuteMs,
  });
}

/** The organisation's own gateways page by page; asked often, so that a first message is seen soon. */
export const gatewaysQuery = infiniteQueryOptions({
  queryKey: ["gateways"],
  queryFn: ({ pageParam, signal }) => {
    const query = new URLSearchParams({ limit: String(gatewaysAPage) });
    if (pageParam !== null) query.set("cursor", pageParam);
    return getJson<Gateways>(`/v1/gateways?${query}`, signal);
  },
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  refetchInterval: minuteMs / 6,
});

/** The log as it stands. */
export const logQuery = queryOptions({
  queryKey: ["log"],
  queryFn: ({ signal }) => getJson<LogState>("/v1/log/overview", signal),
  refetchInterval: minuteMs / 4,
});
