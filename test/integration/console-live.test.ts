import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Live, Sites } from "#api/console-shapes.ts";
import { liveShape } from "#api/console-shapes.ts";
import { LiveFeed } from "#api/live-feed.ts";
import { type ApiServer, startServer } from "#api/server.ts";
import { loadConfig } from "#config";
import { type Ingest, startIngest } from "#ingest/run.ts";
import type { Actor } from "#services/context.ts";
import type { Store } from "#store/connect.ts";
import { keepLogAlarms } from "#store/log-alarms.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { type ApiNetwork, startApiNetwork, withKey } from "../support/api-network.ts";
import { consoleScopes, pointAt, seedKey, seedLatest, seedOrganisation } from "../support/console-network.ts";
import { bodyOf, connectGateway } from "../support/mqtt-gateway.ts";

/** Reads a stream of server-sent events one block at a time; null at its end. */
function reader(stream: ReadableStream<Uint8Array> | null) {
  const chunks = stream?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const block = async (): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const found = text.slice(0, end);
        text = text.slice(end + 2);
        return found;
      }
      const { done, value } = (await chunks?.read()) ?? { done: true, value: undefined };
      if (done) return null;
      text += decoder.decode(value, { stream: true });
    }
  };
  return {
    block,
    cancel: () => chunks?.cancel(),
    /** The next event `change`; null at the stream's end. */
    change: async (): Promise<Live | null> => {
      for (let found = await block(); found !== null; found = await block()) {
        const data = /^event: change\ndata: (.*)$/.exec(found)?.[1];
        if (data !== undefined) return JSON.parse(data) as Live;
      }
      return null;
    },
  };
}

describe("the live stream", () => {
  let network: ApiNetwork;
  let store: Store;
  let operator: string;
  let manager: string;
  const log = pino({ level: "silent" });
  const actor: Actor = {
    ...{ kind: "person", id: "somebody", tenant: "shop-a" },
    scopes: [...consoleScopes.manager],
  };
  const welcome = async () => true;
  const silence = (tenant: string) => [{ point: pointAt(tenant, "fridge"), ts: Date.now() - 3_600_000 }];

  beforeAll(async () => {
    network = await startApiNetwork({ clock: Date.now });
    store = network.store;
    for (const tenant of ["shop-a", "shop-b"]) {
      await seedOrganisation(store, tenant, [{ id: "fridge", since: Date.now() - 86_400_000 }]);
    }
    await seedOrganisation(store, "head", [{ id: "depot", since: Date.now() - 86_400_000 }]);
    operator = await seedKey(store, "head", "operator");
    manager = await seedKey(store, "shop-a", "manager");
  });
  afterAll(async () => {
    network?.parts.live.stop();
    await network?.stop();
  });

  describe("over the network", () => {
    let server: ApiServer;
    let ingest: Ingest;
    beforeAll(async () => {
      const config = loadConfig({ MQTT_PORT: "0" });
      const readings = openPostgresReadings(store);
      const receiptKey = { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) };
      ingest = await startIngest({ store, readings, config, clock: Date.now, log, receiptKey });
      server = await startServer(network.app, { host: "127.0.0.1", port: 0 });
    });
    afterAll(async () => {
      await ingest?.stop();
      await server?.stop();
    });

    const listen = async (key: string, { url } = server) => {
      const headers = { ...withKey(key), "Accept-Encoding": "gzip" };
      const response = await fetch(new URL("/v1/live", url), { headers });
      expect(response.status).toBe(200);
      return { response, ...reader(response.body) };
    };

    test("counts first, then a reading over MQTT within the next look, to those who may see it", async () => {
      const [own, all] = [await listen(manager), await listen(operator)];
      expect(own.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      expect(own.response.headers.get("content-encoding")).toBeNull();
      expect(own.response.headers.get("content-security-policy")).toContain("default-src 'self'");
      expect(await own.block()).toBe("retry: 3000");
      for (const listener of [own, all]) {
        const first = await listener.change();
        expect(liveShape.parse(first)).toEqual(first);
        expect(first?.sites).toEqual([]);
      }
      const [from, ts] = [performance.now(), Date.now()];
      for (const [tenant, t] of [
        ["shop-b", 5],
        ["shop-a", 12],
      ] as const) {
        const gateway = await connectGateway(ingest.broker.url, `${tenant}-gw`);
        await gateway.publish("data", bodyOf(1, 1, [{ s: "fridge-s1", ts, t }]));
        await gateway.close();
      }
      const told = await own.change();
      expect(performance.now() - from).toBeLessThan(6_000);
      expect(liveShape.parse(told)).toEqual(told);
      expect(told?.sites).toMatchObject([
        {
          ...{ organisation: { id: "shop-a" }, state: "too-warm" },
          equipment: [{ state: "too-warm", tC: 12, since: new Date(ts).toISOString() }],
        },
      ]);
      const seen = new Set<string>();
      while (seen.size < 2) {
        for (const { organisation } of (await all.change())?.sites ?? []) seen.add(organisation.id);
      }
      expect([...seen].sort()).toEqual(["shop-a", "shop-b"]);
      const sites = await fetch(new URL("/v1/sites", server.url), { headers: withKey(manager) });
      expect(((await sites.json()) as Sites).sites).toEqual(told?.sites);
      await Promise.all([own.cancel(), all.cancel()]);
    });

    test("a server that stops ends open streams and does not wait for them", async () => {
      const stopping = await startServer(network.app, { host: "127.0.0.1", port: 0 });
      const listener = await listen(manager, stopping);
      await listener.change();
      const from = performance.now();
      network.parts.live.stop();
      await stopping.stop();
      expect(performance.now() - from).toBeLessThan(2_000);
      expect(await listener.change()).toBeNull();
    });
  });

  test("nobody in particular is asked to sign in, and HEAD opens nothing", async () => {
    const { app } = network;
    expect((await app.request("/v1/live")).status).toBe(401);
    for (let n = 0; n < 20; n += 1) {
      const head = await app.request("/v1/live", { method: "HEAD", headers: withKey(manager) });
      expect(head.status).toBe(200);
    }
  });

  test("looks while anybody listens, and not at all when nobody does", async () => {
    let looks = 0;
    const counting: Store = {
      ...store,
      as: (who, work) => {
        looks += 1;
        return store.as(who, work);
      },
    };
    const feed = new LiveFeed({ store: counting, clock: Date.now, log }, { pollMs: 5 });
    expect(looks).toBe(0);
    const listeners = [1, 2, 3].map(() => reader(feed.open(actor, welcome)));
    await Promise.all(listeners.map((listener) => listener.change()));
    await vi.waitFor(() => expect(looks).toBeGreaterThan(2));
    await Promise.all(listeners.map((listener) => listener.cancel()));
    const atEnd = looks;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(looks).toBeLessThanOrEqual(atEnd + 1);
    feed.stop();
  });

  test("says only what changed, and a newcomer hears what changes after the counts", async () => {
    const feed = new LiveFeed({ store, clock: Date.now, log }, { pollMs: 20 });
    const first = reader(feed.open(actor, welcome));
    await first.change();
    const second = reader(feed.open({ ...actor, id: "another" }, welcome));
    expect((await second.change())?.sites).toEqual([]);
    await seedLatest(store, "shop-b", silence("shop-b"));
    await seedLatest(store, "shop-a", silence("shop-a"));
    for (const listener of [first, second]) {
      const told = await listener.change();
      expect(told?.sites.map(({ organisation }) => organisation.id)).toEqual(["shop-a"]);
    }
    feed.stop();
    expect(await first.change()).toBeNull();
  });

  test("an alarm about the log is told by the counts, to its operators alone", async () => {
    const feed = new LiveFeed({ store, clock: Date.now, log }, { pollMs: 5 });
    const [all, own] = [consoleScopes.operator, consoleScopes.manager].map((scopes, n) =>
      reader(feed.open({ ...actor, id: `reader-${n}`, scopes: [...scopes] }, welcome)),
    );
    const [before] = [await all?.change(), await own?.change()];
    const fork = { lasting: [{ kind: "log-fork", detail: null }], over: [] } as const;
    const about = { origin: "coldmark.test/log", now: Date.now() };
    await store.as({ role: "worker" }, (tx) => keepLogAlarms(tx, fork, about));
    const told = await all?.change();
    expect(liveShape.parse(told)).toEqual(told);
    const { openAlarms = 0, unacknowledged = 0 } = before ?? {};
    expect(told).toMatchObject({
      ...{ sites: [], gone: [], openAtNoSite: 1 },
      ...{ openAlarms: openAlarms + 1, unacknowledged: unacknowledged + 1 },
    });
    await seedLatest(store, "shop-a", [{ point: pointAt("shop-a", "fridge"), ts: Date.now() }]);
    expect(await own?.change()).toMatchObject({
      sites: [{ organisation: { id: "shop-a" } }],
      openAtNoSite: 0,
    });
    feed.stop();
  });

  test("says which sites are gone", async () => {
    let isGone = false;
    const emptied = {
      ...store,
      as: async (...args: Parameters<Store["as"]>) => {
        const rows = await store.as(...args);
        return isGone ? { ...(rows as object), sites: [] } : rows;
      },
    } as Store;
    const feed = new LiveFeed({ store: emptied, clock: Date.now, log }, { pollMs: 5 });
    const listener = reader(feed.open(actor, welcome));
    expect((await listener.change())?.gone).toEqual([]);
    isGone = true;
    const told = await listener.change();
    expect(liveShape.parse(told)).toEqual(told);
    expect(told).toMatchObject({ sites: [], gone: [{ organisation: { id: "shop-a" }, id: "shop" }] });
    feed.stop();
  });

  test("ends at the next look when its person signs out, and nobody else's", async () => {
    const feed = new LiveFeed({ store, clock: Date.now, log }, { pollMs: 5 });
    let asked = 0;
    const own = reader(feed.open(actor, async () => false));
    const others = feed.open({ ...actor, id: "another" }, async () => {
      asked += 1;
      return true;
    });
    await own.change();
    feed.recheck(actor);
    expect(await own.change()).toBeNull();
    expect(asked).toBe(0);
    await others.cancel();
    feed.stop();
  });

  test("a comment shows that the stream is alive", async () => {
    const feed = new LiveFeed({ store, clock: Date.now, log }, { pollMs: 5, beatMs: 10 });
    const listener = reader(feed.open(actor, welcome));
    await listener.change();
    expect(await listener.block()).toBe(": still here");
    feed.stop();
  });

  test("ends when the session has ended", async () => {
    const feed = new LiveFeed({ store, clock: Date.now, log }, { pollMs: 5, recheckMs: 1 });
    let isWelcome = true;
    const listener = reader(feed.open(actor, async () => isWelcome));
    expect(await listener.change()).not.toBeNull();
    isWelcome = false;
    expect(await listener.change()).toBeNull();
    feed.stop();
  });

  test("ends with the key that opened it", async () => {
    const live = new LiveFeed({ store, clock: Date.now, log }, { pollMs: 5, recheckMs: 1 });
    const other = await startApiNetwork({ store, live, clock: Date.now });
    const response = await other.app.request("/v1/live", { headers: withKey(manager) });
    const listener = reader(response.body);
    expect(await listener.change()).not.toBeNull();
    await store.as({ role: "app", tenant: "shop-a" }, (tx) => tx.update(apiKeys).set({ revokedAt: 1 }));
    expect(await listener.change()).toBeNull();
    live.stop();
    await other.stop();
  });

  test("ends when the records can't be looked at, so that silence is not taken for calm", async () => {
    let isDown = false;
    const failing: Store = {
      ...store,
      as: (who, work) => (isDown ? Promise.reject(new Error("down")) : store.as(who, work)),
    };
    const feed = new LiveFeed({ store: failing, clock: Date.now, log }, { pollMs: 5 });
    const listener = reader(feed.open(actor, welcome));
    await listener.change();
    isDown = true;
    expect(await listener.change()).toBeNull();
    feed.stop();
  });

  test("eight of one's own, 50 an organisation and 1,000 in all, then no more until one ends", async () => {
    const feed = new LiveFeed({ store, clock: Date.now, log });
    const open = (id: string, tenant = "shop-a") => feed.open({ ...actor, id, tenant }, welcome);
    const own = Array.from({ length: 8 }, () => open("one"));
    expect(() => open("one")).toThrow("too many live streams");
    await own[0]?.cancel();
    own.push(open("one"));
    for (let n = 0; n < 42; n += 1) open(`person-${n}`);
    expect(() => open("late")).toThrow("too many live streams");
    for (let n = 0; n < 950; n += 1) open(`person-${n}`, `shop-${Math.floor(n / 50)}`);
    expect(() => open("late", "shop-late")).toThrow("too many live streams");
    await own[1]?.cancel();
    open("late");
    feed.stop();
    expect(() => open("after")).toThrow("stopping");
  });
});
