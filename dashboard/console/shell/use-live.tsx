import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { Live } from "#api/console-shapes.ts";
import { keyOf } from "../home/site-key.ts";
import { type Liveness, livenessOf } from "../liveness.ts";
import { meQuery, sitesQuery } from "../queries.ts";
import { useNow } from "../use-now.ts";
import { sayIn } from "../words.ts";
import { followLive } from "./live-feed.ts";
import { LiveStore, type LiveView } from "./live-store.ts";
import { type HeldSites, isCurrent, mergeLive, sitesWithNewAlarms } from "./merge-live.ts";

const LiveContext = createContext<{ store: LiveStore; follow: (isWanted: boolean) => void } | null>(null);
/** More names than these in one call-out nobody hears to the end. */
const calledMax = 3;

/** What an alarm that stands at no site is called. */
const elsewhere = {
  id: "",
  zh: sayIn("zh-CN").text("callOut.elsewhere"),
  en: sayIn("en").text("callOut.elsewhere"),
};

/** Follows the live stream for all below and puts what it brings where the pages read it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [store] = useState(() => new LiveStore(Date.now()));
  const [isWanted, setWanted] = useState(true);
  useEffect(() => (isWanted ? follow(client, store) : undefined), [client, store, isWanted]);
  const value = useMemo(() => ({ store, follow: setWanted }), [store]);
  return <LiveContext value={value}>{children}</LiveContext>;
}

/** What the stream last said, the way to put away what was called out, and to follow the stream or leave it. */
export function useLive(): LiveView & {
  readonly seen: () => void;
  readonly follow: (isWanted: boolean) => void;
} {
  const context = useContext(LiveContext);
  if (context === null) throw new Error("LiveProvider is missing");
  const { store, follow } = context;
  const view = useSyncExternalStore(store.watch, store.read);
  return { ...view, seen: () => store.change({ called: [] }), follow };
}

/** The sites with the server's time now, and whether they, or something else last fetched at a time, are live. */
export function useLiveSites() {
  const query = useQuery(sitesQuery);
  const { stream } = useLive();
  const now = useNow();
  const isFollowed = stream.connected && isCurrent(query.data, stream.greetedAsOf);
  const livenessAt = (heardMs: number): Liveness =>
    livenessOf({ connected: isFollowed, changedMs: stream.brokeMs }, heardMs, Math.max(now, heardMs));
  const liveness = livenessAt(query.dataUpdatedAt);
  const checkedMs = query.data === undefined ? now : Date.parse(query.data.asOf);
  // Ages are told by the server's clock: a device whose clock is wrong must not call old readings new.
  const serverNowMs = checkedMs + Math.max(0, now - query.dataUpdatedAt);
  return { query, liveness, livenessAt, checkedMs, serverNowMs, now };
}

function follow(client: QueryClient, store: LiveStore): () => void {
  const isHeldCurrent = () => isCurrent(heldIn(client), store.read().stream.greetedAsOf);
  const close = followLive(
    {
      open: () => new EventSource("/v1/live"),
      later: (work, afterMs) => {
        const timer = setTimeout(work, afterMs);
        return () => clearTimeout(timer);
      },
    },
    {
      connected: () => store.connected(),
      greeted: (live) => greet(client, store, live),
      changed: (live) => take(client, store, live),
      broke: () => store.broke(Date.now(), isHeldCurrent()),
      refused: () => void client.invalidateQueries(meQuery),
    },
  );
  return () => {
    close();
    store.broke(Date.now(), isHeldCurrent());
  };
}

function heldIn(client: QueryClient): HeldSites | undefined {
  return client.getQueryData(sitesQuery.queryKey);
}

/** What changed while the stream was down nobody told: the sites are fetched again, and only then live. */
function greet(client: QueryClient, store: LiveStore, live: Live): void {
  store.change({ stream: { ...store.read().stream, greetedAsOf: live.asOf } });
  takeCounts(client, store, live);
  void client.invalidateQueries(sitesQuery);
  void client.invalidateQueries({ queryKey: ["equipment"] });
}

function take(client: QueryClient, store: LiveStore, live: Live): void {
  const before = heldIn(client);
  const { counts, stream } = store.read();
  const fresh = before === undefined || counts === null ? [] : sitesWithNewAlarms(before, live);
  const isElsewhere = counts !== null && live.openAtNoSite > counts.openAtNoSite;
  const called = [
    ...fresh.slice(0, calledMax).map((site) => ({ id: keyOf(site), ...site.names })),
    ...(isElsewhere ? [elsewhere] : []),
  ];
  if (called.length > 0) store.change({ called });
  takeCounts(client, store, live, fresh.length > 0);
  if (before !== undefined) {
    const wasCurrent = isCurrent(before, stream.greetedAsOf);
    const updatedAt = wasCurrent ? Date.now() : client.getQueryState(sitesQuery.queryKey)?.dataUpdatedAt;
    client.setQueryData(sitesQuery.queryKey, mergeLive(before, live, wasCurrent), {
      ...(updatedAt !== undefined && { updatedAt }),
    });
  }
  for (const { label } of live.sites.flatMap(({ equipment }) => equipment))
    void client.invalidateQueries({ queryKey: ["equipment", label] });
}

function takeCounts(client: QueryClient, store: LiveStore, live: Live, areNew = false): void {
  const { openAlarms, unacknowledged, openAtNoSite } = live;
  const { counts } = store.read();
  store.change({ counts: { openAlarms, unacknowledged, openAtNoSite } });
  if (areNew || counts?.openAlarms !== openAlarms || counts.unacknowledged !== unacknowledged)
    void client.invalidateQueries({ queryKey: ["alarms"] });
}
