import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Anchor, startAnchor } from "#anchor/run.ts";
import { createApp } from "#api/app.ts";
import { tellEquipment } from "#domain/provenance/tell-equipment.ts";
import { verifyEquipmentBundle } from "#domain/provenance/verify-equipment.ts";
import { apiKeyHash, newApiKey } from "#services/api-keys/secret.ts";
import { openEquipmentBundles } from "#services/provenance/equipment-bundle.ts";
import type { Store } from "#store/connect.ts";
import { readEntries } from "#store/entries.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { readings } from "#store/schema/readings.ts";
import { sites } from "#store/schema/sites.ts";
import {
  anchorParts,
  asIntruder,
  dataFolder,
  fridge,
  minuteMs,
  openRecords,
  receiveWindows,
  registerFridge,
  startMs,
  windowMs,
} from "../support/anchor-network.ts";
import { type PeopleNetwork, signInAs, startPeopleNetwork } from "../support/people-network.ts";

const windows = 12;
const span = { from: startMs, to: startMs + windows * windowMs };
const iso = (ms: number) => new Date(ms).toISOString();
const run = promisify(execFile);
const cli = new URL("../../cli/main.ts", import.meta.url).pathname;

describe("the bundle of an equipment", () => {
  const dataDir = dataFolder();
  let store: Store;
  let anchor: Anchor;
  let network: PeopleNetwork;
  const keys = {
    own: newApiKey(),
    second: newApiKey(),
    weak: newApiKey(),
    other: newApiKey(),
    state: newApiKey(),
  };

  beforeAll(async () => {
    store = await openRecords(dataDir);
    await registerFridge(store);
    await receiveWindows(store, 0, windows);
    const names = { zh: "药店", en: "Shop" };
    const shop = {
      tenantId: fridge.tenant,
      id: "s",
      label: "5".repeat(32),
      gln: "6900000000014",
      kind: "shop",
    } as const;
    await store.as({ role: "app", tenant: fridge.tenant }, (tx) =>
      tx.insert(sites).values({ ...shop, names, acceptedAt: startMs }),
    );
    network = await startPeopleNetwork(store);
    const own = ["equipment:bundle"] as const;
    for (const [tenant, key, scopes] of [
      [fridge.tenant, keys.own, own],
      [fridge.tenant, keys.second, own],
      [fridge.tenant, keys.weak, ["capture"]],
      ["other", keys.other, own],
      ["state", keys.state, own],
    ] as const) {
      const row = {
        tenantId: tenant,
        id: key.slice(-8),
        sha256: apiKeyHash(key),
        scopes: [...scopes],
        createdAt: 0,
      };
      await store.as({ role: "app", tenant }, (tx) => tx.insert(apiKeys).values(row));
    }
    const now = () => startMs + windows * windowMs + 20_000;
    anchor = startAnchor(
      anchorParts(store, dataDir, now, { kind: "anvil", statePath: join(dataDir, "chain.json") }),
    );
    const sealed = () => store.as({ role: "worker" }, (tx) => readEntries(tx, 0, 1_000));
    const isSealed = async () => (await sealed()).filter(({ kind }) => kind === "segment").length === windows;
    await vi.waitFor(async () => expect(await isSealed()).toBe(true), { timeout: 30_000 });
    await anchor.anchorNow();
  });
  afterAll(async () => {
    await anchor.stop();
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  const ask = (
    headers: Record<string, string>,
    query = `from=${iso(span.from)}&to=${iso(span.to)}`,
    { method = "GET", app = network.app } = {},
  ) =>
    Promise.resolve(
      app.request(
        `/v1/equipment/${fridge.label}/bundle?${query}`,
        { method, headers },
        {
          incoming: { socket: { remoteAddress: "192.0.2.1" } },
        },
      ),
    );
  const withKey = (key: string) => ({ Authorization: `Bearer ${key}` });
  const check = async (text: string, code = fridge.label) =>
    await verifyEquipmentBundle(text, { trust: anchor.trust(), code, rpc: anchor.rpc()! });

  it("holds against the chain, and gives the report from its readings alone", async () => {
    const response = await ask(withKey(keys.own));
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const { result, contents, asOf } = await check(await response.text());
    expect(result).toBe("VALID_FINAL");
    expect(tellEquipment(contents!, asOf)).toMatchObject({
      ...{ coverage: 1, gaps: [], excursions: [] },
      points: [{ point: fridge.point, readings: 60, faults: 0, minC: 4, maxC: 5.5 }],
      calibrations: [{ ...span, calibratedUntil: startMs * 2, isValid: true }],
      windows: { shown: windows, differing: [] },
    });
  });

  it("holds for a part of the time too, with whole windows at its edges", async () => {
    const [from, to] = [startMs + 7 * minuteMs, startMs + 22 * minuteMs];
    const text = await (await ask(withKey(keys.own), `from=${iso(from)}&to=${iso(to)}`)).text();
    const { result, contents, asOf } = await check(text);
    expect([result, contents?.windows.length]).toEqual(["VALID_FINAL", 4]);
    expect(tellEquipment(contents!, asOf)).toMatchObject({ coverage: 1, points: [{ readings: 15 }] });
  });

  it("is the tenant's and an authority's, by key or by session, and looks like nothing to others", async () => {
    const session = async (email: string) => ({ Cookie: await signInAs(network.app, email) });
    const allowed = [
      ...[withKey(keys.own), withKey(keys.state)],
      ...[await session("manager@demo.test"), await session("inspector@demo.test")],
    ];
    for (const headers of allowed) {
      const response = await ask(headers);
      expect([response.status, (await response.text()).startsWith('{"v":1,"kind":"equipment"')]).toEqual([
        200,
        true,
      ]);
    }
    for (const headers of [withKey(keys.other), await session("other@demo.test")])
      expect((await ask(headers)).status).toBe(404);
    for (const headers of [{}, withKey(keys.weak)]) expect((await ask(headers)).status).toBe(401);
  });

  it.each([
    ["no time", ""],
    ["an end before the beginning", `from=${iso(span.to)}&to=${iso(span.from)}`],
    ["more than 400 days", `from=${iso(span.to - 401 * 86_400_000)}&to=${iso(span.to)}`],
    ["the future", `from=${iso(span.from)}&to=2999-01-01T00:00:00Z`],
  ])("is refused for %s", async (_what, query) => {
    expect((await ask(withKey(keys.own), query)).status).toBe(400);
  });

  it("is one at a time for an organisation, whichever of its keys asks, and cancelling frees the turn", async () => {
    const first = await ask(withKey(keys.own));
    for (const key of [keys.own, keys.second]) expect((await ask(withKey(key))).status).toBe(429);
    const another = await ask(withKey(keys.state));
    expect([another.status, (await another.text()).length > 1_000]).toEqual([200, true]);
    await first.body?.cancel();
    const again = await ask(withKey(keys.second));
    expect([again.status, (await again.text()).length > 1_000]).toEqual([200, true]);
  });

  it("answers HEAD as GET without a turn, also while another has it", async () => {
    const head = (key: string) => ask(withKey(key), undefined, { method: "HEAD" });
    for (let times = 0; times < 5; times += 1) {
      const { status, headers } = await head(keys.own);
      expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    }
    expect([(await head(keys.other)).status, (await head(keys.weak)).status]).toEqual([404, 401]);
    const held = await ask(withKey(keys.own));
    expect([held.status, (await head(keys.own)).status]).toEqual([200, 200]);
    expect((await ask(withKey(keys.own))).status).toBe(429);
    await held.body?.cancel();
  });

  it("takes the turn of a reader who stalls, and only after its time", async () => {
    const stalling = async (idleMaxMs: number) => {
      const equipmentBundles = openEquipmentBundles(
        { store, readings: openPostgresReadings(store) },
        { idleMaxMs },
      );
      const app = createApp({ ...network.parts, equipmentBundles, metrics: new Registry() });
      const again = () => ask(withKey(keys.own), undefined, { app });
      return { stalled: await again(), again };
    };
    const patient = await stalling(60_000);
    const strict = await stalling(20);
    const after = await vi.waitUntil(
      async () => {
        const response = await strict.again();
        return response.status === 200 && response;
      },
      { timeout: 10_000 },
    );
    expect((await patient.again()).status).toBe(429);
    await expect(strict.stalled.text()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect((await after.text()).length).toBeGreaterThan(1_000);
    await patient.stalled.body?.cancel();
  });

  it("is told by the command line, also gzipped, with exit 0 only where it holds", async () => {
    const text = await (await ask(withKey(keys.own))).text();
    const [good, bad, trust] = ["good.gz", "bad.json", "trust-file.json"].map((name) =>
      join(dataDir, name),
    ) as [string, string, string];
    writeFileSync(good, gzipSync(text));
    writeFileSync(bad, text.replace(`${fridge.point},${startMs},4000,`, `${fridge.point},${startMs},4001,`));
    writeFileSync(trust, JSON.stringify(anchor.trust()));
    const verify = (file: string) =>
      run(process.execPath, [cli, "verify", file, "--trust", trust, "--code", fridge.label]);
    const { stdout } = await verify(good);
    expect(stdout).toMatch(/^VALID_PROVISIONAL\n/);
    expect(stdout).toContain("coverage:     100 %\ngaps:         none\nexcursions:   none\n");
    const refused = (await verify(bad).catch((fault) => fault)) as { code: number; stdout: string };
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringMatching(/^TAMPERED\n/)]);
    expect(refused.stdout).toContain(`the window from ${iso(startMs)}`);
  });

  it("holds over the seals of many days, whose heads its one tree walks through", async () => {
    const note = (at: number) => ({ subject: `urn:test:${at}`, kind: "note", from: at, to: at, body: {} });
    for (const at of [1, 2, 3]) {
      await anchor.rpc()!("evm_increaseTime", [86_400]);
      await store.as({ role: "worker" }, (tx) => queueEntry(tx, note(at), at));
      expect(await anchor.anchorNow()).toBe(true);
    }
    const text = await (await ask(withKey(keys.own))).text();
    const { result, reasons } = await check(text);
    expect([result, reasons]).toEqual(["VALID_FINAL", []]);
    const { days } = JSON.parse(text) as { days: { size: number }[] };
    expect(days.map(({ size }) => size)).toEqual([0, 2, 4].map((more) => days[0]!.size + more));
  });

  it("shows that a reading was changed in the store after it was sealed", async () => {
    await asIntruder(store, (tx) =>
      tx
        .update(readings)
        .set({ tMilliC: 4_999 })
        .where(eq(readings.ts, startMs + windowMs)),
    );
    const { result, reasons } = await check(await (await ask(withKey(keys.own))).text());
    expect([result, reasons[0]]).toEqual(["TAMPERED", expect.stringContaining(iso(startMs + windowMs))]);
  });
});
