import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import { patternsOf } from "#domain/formats/source.ts";
import { createPatternTree, type PatternTree } from "#domain/formats/topic-pattern.ts";
import type { Store } from "#store/connect.ts";
import { loadSources, type RegisteredSource } from "#store/gateway-registry.ts";
import { type Lane, parseTopic } from "./message.ts";

/** Whose message comes on a topic and on which lane; null for a topic that is nobody's. */
export type RouteOf = (topic: string) => { readonly gateway: string; readonly lane: Lane } | null;

/** The topics messages come on: those of the native form, and those of registered sources. */
export interface TopicRoutes {
  readonly route: RouteOf;
  /** What to subscribe to for the registered sources at an outside broker, besides the native topics and Sparkplug's. */
  filters(): readonly string[];
  /** What a Sparkplug host subscribes to, in a session of its own. */
  sparkplugFilters(): readonly string[];
  /** Tells when either changed; gives what ends the telling. */
  onChange(listener: () => void): () => void;
  stop(): Promise<void>;
}

const refreshMs = 10_000;
/** A gateway's topics come again with every message: so many are remembered as they were parsed. */
const rememberedMax = 20_000;

/**
 * Reads the registered sources, and again every 10 s: a gateway registered or revoked meanwhile counts from then on. While the
 * records can't be read, what was known stays.
 * @throws when the records can't be read at the start
 */
export async function openTopicRoutes(
  store: Store,
  log: Logger,
  everyMs: number = refreshMs,
): Promise<TopicRoutes> {
  const listeners = new Set<() => void>();
  const load = () => store.as({ role: "worker" }, loadSources);
  let known = routesOf(await load(), log);
  let reading: Promise<void> | null = null;
  const refresh = async (): Promise<void> => {
    try {
      const next = routesOf(await load(), log);
      const isSame = isDeepStrictEqual([next.filters, next.sparkplug], [known.filters, known.sparkplug]);
      known = next;
      if (!isSame) for (const tell of listeners) tell();
    } catch (error) {
      log.warn({ err: error }, "could not read the registered sources: what was known stays");
    }
  };
  const timer = setInterval(() => {
    reading ??= refresh().finally(() => {
      reading = null;
    });
  }, everyMs);
  timer.unref();
  const nativeRoute = rememberTopics();
  return {
    route: (topic) => nativeRoute(topic) ?? foreignRoute(known.tree, topic),
    filters: () => known.filters,
    sparkplugFilters: () => known.sparkplug,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      clearInterval(timer);
      await reading;
    },
  };
}

interface Routes {
  readonly tree: PatternTree<string>;
  readonly filters: readonly string[];
  readonly sparkplug: readonly string[];
}

/** Registration lets no two patterns meet; should two do so all the same, the one registered under the first id counts. */
function routesOf(sources: readonly RegisteredSource[], log: Logger): Routes {
  const tree = createPatternTree<string>();
  const filters: string[] = [];
  const sparkplug: string[] = [];
  const inOrder = [...sources].sort((a, b) => (a.gateway < b.gateway ? -1 : 1));
  for (const { gateway, source } of inOrder) {
    for (const pattern of patternsOf(source)) {
      const meeting = tree.meeting(pattern);
      if (meeting !== null) {
        log.error(
          { gateway, other: meeting.value },
          "two gateways' sources can be sent one topic: the first counts",
        );
        continue;
      }
      tree.add(pattern, gateway);
      (source.kind === "sparkplug" ? sparkplug : filters).push(pattern);
    }
  }
  return { tree, filters, sparkplug };
}

function rememberTopics(): RouteOf {
  const known = new Map<string, ReturnType<RouteOf>>();
  return (topic) => {
    const before = known.get(topic);
    if (before !== undefined) return before;
    const found = parseTopic(topic);
    if (found === null) return null;
    if (known.size === rememberedMax) known.clear();
    known.set(topic, found);
    return found;
  };
}

function foreignRoute(tree: PatternTree<string>, topic: string): ReturnType<RouteOf> {
  const gateway = tree.find(topic);
  return gateway === null ? null : { gateway, lane: "data" };
}
