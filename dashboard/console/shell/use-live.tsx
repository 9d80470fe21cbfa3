import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Live, Sites } from "#api/console-shapes.ts";
import { type Liveness, livenessOf } from "../liveness.ts";
import { meQuery, sitesQuery } from "../queries.ts";
import { useNow } from "../use-now.ts";
import { followLive } from "./live-feed.ts";
import { LiveStore, type LiveView } from "./live-store.ts";
import { mergeLive, sitesWithNewAlarms } from "./merge-live.ts";

const LiveContext = createContext<LiveStore | null>(null);
/** More names than these in one call-out nobody hears to the end. */
const calledMax = 3;

/** Follows the live stream for all below and puts what it brings where the pages read it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [store] = useState(() => new LiveStore(Date.now()));
  useEffect(() => follow(client, store), [client, store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

/** What the stream last said, and the way to put away what was called out. */
export function useLive(): LiveView & { readonly seen: () => void } {
  const store = useContext(LiveContext);
  if (store === null) throw new Error("LiveProvider is missing");
  const view = useSyncExternalStore(store.watch, store.read);
  return { ...view, seen: () => store.change({ called: [] }) };
}

/** The sites with the server's time now, and whether they are live. */
export function useLiveSites() {
  const query = useQuery(sitesQuery);
  const { stream } = useLive();
  const now = useNow();
  const liveness: Liveness = livenessOf(stream, query.dataUpdatedAt, Math.max(now, query.dataUpdatedAt));
  const checkedMs = query.data === undefined ? now : Date.parse(query.data.asOf);
  // Ages are told by the server's clock: a device whose clock is wrong must not call old readings new.
  const serverNowMs = checkedMs + Math.max(0, now - query.dataUpdatedAt);
  return { query, liveness, checkedMs, serverNowMs };
}

function follow(client: QueryClient, store: LiveStore): () => void {
  return followLive(
    {
      open: () => new EventSource("/v1/live"),
      nowMs: () => Date.now(),
      later: (work, afterMs) => {
        const timer = setTimeout(work, afterMs);
        return () => clearTimeout(timer);
      },
    },
    {
      changed: (live) => take(client, store, live),
      state: (stream) => {
        // What changed while it was down was not heard.
        if (stream.connected && !store.read().stream.connected) void client.invalidateQueries(sitesQuery);
        store.change({ stream });
      },
      refused: () => void client.invalidateQueries(meQuery),
    },
  );
}

function take(client: QueryClient, store: LiveStore, live: Live): void {
  const before = client.getQueryData<Sites>(sitesQuery.queryKey);
  const { openAlarms, unacknowledged } = live;
  const counts = store.read().counts;
  const fresh = before === undefined || counts === null ? [] : sitesWithNewAlarms(before, live);
  const called = fresh.slice(0, calledMax).map(({ id, names }) => ({ id, ...names }));
  store.change({ counts: { openAlarms, unacknowledged }, ...(called.length > 0 && { called }) });
  if (before !== undefined) client.setQueryData(sitesQuery.queryKey, mergeLive(before, live));
  if (counts?.openAlarms !== openAlarms || counts.unacknowledged !== unacknowledged || fresh.length > 0)
    void client.invalidateQueries({ queryKey: ["alarms"] });
  for (const { label } of live.sites.flatMap(({ equipment }) => equipment))
    void client.invalidateQueries({ queryKey: ["equipment", label] });
}
