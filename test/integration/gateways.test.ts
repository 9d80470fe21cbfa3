import { readFileSync } from "node:fs";
import { and, asc, eq, sql } from "drizzle-orm";
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store, Tx } from "#store/connect.ts";
import { saveProgress } from "#store/gateway-progress.ts";
import { audit } from "#store/schema/audit.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { gatewayCommands } from "#store/schema/gateway-commands.ts";
import { gateways } from "#store/schema/gateways.ts";
import { makerDevices } from "#store/schema/maker-devices.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import { sequenceGaps } from "#store/schema/sequence-gaps.ts";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";
import {
  connectClaimed,
  type FactoryDevice,
  hangSensors,
  type MakerNetwork,
  makeDevice,
  oneReading,
  pointBehind,
  startMakerNetwork,
} from "../support/maker-network.ts";
import { signInAs } from "../support/people-network.ts";

/** x = 1 has no y on P-256. */
const offCurve = Buffer.from(`02${"01".padStart(64, "0")}`, "hex").toString("base64");

interface ToldGateway {
  id: string;
  revokedAt: string | null;
  signatureRequired: boolean;
  keys: { kid: string; revokedAt: string | null }[];
}
interface Seen {
  serial: string | null;
  lastReceivedAt: string | null;
}
interface Claimed {
  gateway: ToldGateway;
  mqtt: { username: string; clientId: string; password: string };
}

describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("gateways from their maker to a pharmacy: %s", (_name, open) => {
  let house: OpenedStore;
  let store: Store;
  let network: MakerNetwork;
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    house = await open();
    store = house.store;
    network = await startMakerNetwork(store);
  });
  afterAll(async () => {
    for (const client of clients) await client.endAsync(true);
    await network?.stop();
    await house?.stop();
  });

  const by = (who: keyof MakerNetwork["keys"]) => ({ Authorization: `Bearer ${network.keys[who]}` });
  const upload = (devices: readonly FactoryDevice[], who: "maker" | "rival" = "maker") =>
    network.ask("POST", "/v1/devices", { devices: devices.map((each) => each.upload) }, by(who));
  const claim = (sticker: string, more: object = {}, headers: Record<string, string> = by("shop")) =>
    network.ask("POST", "/v1/gateways/claim", { sticker, site: "till-side", ...more }, headers);
  const claimed = async (device: FactoryDevice, more: object = {}) => {
    expect((await upload([device])).status).toBe(200);
    const response = await claim(device.sticker, more);
    expect([response.status, response.headers.get("cache-control")]).toEqual([201, "no-store"]);
    return (await response.json()) as Claimed;
  };
  const connect = async ({ mqtt }: Claimed) => {
    const client = await connectClaimed(network.ingest.broker.url, mqtt.username, mqtt.password);
    clients.push(client);
    return client;
  };
  const withoutId = async (response: Response) => {
    const { requestId: _, ...body } = (await response.json()) as Record<string, unknown>;
    return body;
  };
  const storedOf = (gateway: string) =>
    network.readings.range({
      tenant: "shop",
      points: [pointBehind(gateway)],
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
    });
  const reasonsOf = async (gateway: string) => {
    const rows = await store.as({ role: "worker" }, (tx) =>
      tx.select().from(deadLetters).where(eq(deadLetters.gateway, gateway)).orderBy(asc(deadLetters.id)),
    );
    return rows.map(({ reason }) => reason);
  };
  const auditOf = (subject: string) =>
    store.as({ role: "app", tenant: "shop" }, (tx) =>
      tx.select().from(audit).where(eq(audit.subject, subject)).orderBy(audit.id),
    );
  const toldOfKeys = async () => {
    const rows = await store.as({ role: "worker" }, (tx) =>
      tx
        .select()
        .from(pendingEntries)
        .where(eq(pendingEntries.subject, "urn:coldmark:keys"))
        .orderBy(pendingEntries.id),
    );
    return rows.map(({ kind, body }) => ({ kind, body: JSON.parse(body) as Record<string, unknown> }));
  };
  const entriesOf = async (kid: string) => (await toldOfKeys()).filter(({ body }) => body.kid === kid);
  const again = { timeout: 20_000, interval: 50 };

  it("upload, claim, sign, rotate with overlap, revoke: each step counts at once", async () => {
    const old = makeDevice("CM2-000001");
    const fresh = makeDevice("CM2-000001");
    const own = await claimed(old);
    const { id } = own.gateway;
    expect(own.gateway).toMatchObject({
      ...{ id: "cm2-000001", kind: "native", site: "till-side", signatureRequired: true, revokedAt: null },
      keys: [{ kid: old.kid, alg: "Ed25519", publicKey: old.upload.publicKey, revokedAt: null }],
    });
    await hangSensors(network, [id]);
    const topic = `coldmark/v1/${id}/data`;
    const client = await connect(own);
    let seq = 0;
    const send = (device: FactoryDevice) => {
      seq += 1;
      return client.publishAsync(topic, device.message(topic, oneReading(1, seq)), { qos: 1 });
    };
    await send(old);
    await expect.poll(() => storedOf(id), again).toMatchObject([{ tMilliC: 5_000, signedBy: old.kid }]);

    const key = { kid: fresh.kid, alg: "Ed25519", publicKey: fresh.upload.publicKey };
    const enrolled = await network.ask("POST", `/v1/gateways/${id}/keys`, key, by("shop"));
    expect([enrolled.status, ((await enrolled.json()) as ToldGateway).keys.length]).toEqual([200, 2]);
    const at = Date.now() + 1_500;
    const revocation = { at: new Date(at).toISOString(), why: "yearly rotation" };
    const path = `/v1/gateways/${id}/keys/${old.kid}/revoke`;
    expect((await network.ask("POST", path, revocation, by("shop"))).status).toBe(200);
    await send(old);
    await send(fresh);
    await expect.poll(async () => (await storedOf(id)).length, again).toBe(3);
    expect(await reasonsOf(id)).toEqual([]);
    await expect.poll(() => Date.now(), again).toBeGreaterThan(at);
    await send(old);
    await send(fresh);
    await expect.poll(async () => (await storedOf(id)).length, again).toBe(4);
    await expect.poll(() => reasonsOf(id), again).toEqual(["UNKNOWN_KEY"]);
    expect((await entriesOf(old.kid)).map(({ body }) => body.until)).toEqual([null, at]);

    const closed = new Promise<number>((done) => client.once("close", () => done(Date.now())));
    const asked = Date.now();
    const why = { why: "the shop closed" };
    const ended = await network.ask("POST", `/v1/gateways/${id}/revoke`, why, by("shop"));
    expect(ended.status).toBe(200);
    expect(((await ended.json()) as ToldGateway).keys.every(({ revokedAt }) => revokedAt !== null)).toBe(
      true,
    );
    expect((await closed) - asked).toBeLessThan(60_000);
    await expect(connect(own)).rejects.toThrow(/not authorized|bad user name/i);
    expect(await storedOf(id)).toHaveLength(4);
    expect((await entriesOf(fresh.kid)).map(({ body }) => typeof body.until)).toEqual(["object", "number"]);
    expect((await toldOfKeys()).filter(({ kind }) => kind === "gateway")).toHaveLength(1);
    const trail = await auditOf(`gateway ${id}`);
    expect(trail.map(({ action, reason }) => [action, reason])).toEqual([
      ["gateway.claim", null],
      ["register.create", null],
      ["register.change", "the shop closed"],
    ]);
    expect(trail.map(({ actor }) => actor).slice(0, 2)).toEqual(["apiKey:gateways", "apiKey:gateways"]);
    expect(JSON.stringify(trail)).not.toContain(own.mqtt.password);
    expect(JSON.stringify(trail)).not.toContain("sha256$");
  });

  it("ES256, claimed by a person who signed in, is accepted end to end", async () => {
    const device = makeDevice("CM2-ES256", "ES256");
    expect((await upload([device])).status).toBe(200);
    const cookie = await signInAs(network.people.app, "manager@demo.test");
    const response = await claim(device.sticker, { gatewayId: "back-room" }, { cookie });
    expect(response.status).toBe(201);
    const own = (await response.json()) as Claimed;
    await hangSensors(network, ["back-room"]);
    const client = await connect(own);
    const topic = "coldmark/v1/back-room/data";
    await client.publishAsync(topic, oneReading(1, 1), { qos: 1 });
    await client.publishAsync(topic, device.message(topic, oneReading(1, 2, 4.5)), { qos: 1 });
    await expect
      .poll(() => storedOf("back-room"), again)
      .toMatchObject([{ tMilliC: 4_500, signedBy: device.kid }]);
    await expect.poll(() => reasonsOf("back-room"), again).toEqual(["SIGNATURE_REQUIRED"]);
    const foreign = await claim(device.sticker, {}, { cookie, Origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    const auditor = await signInAs(network.people.app, "auditor@demo.test");
    expect((await claim(device.sticker, {}, { cookie: auditor })).status).toBe(401);
  });

  it("the same upload again changes nothing; conflicts are named and keep all of it out", async () => {
    const [one, two, three] = [makeDevice("UP-1"), makeDevice("UP-2"), makeDevice("UP-3")];
    expect(await (await upload([one, two])).json()).toEqual({ added: 2, unchanged: 0 });
    expect(await (await upload([one, two])).json()).toEqual({ added: 0, unchanged: 2 });
    const otherKey = makeDevice("UP-1");
    const sameKey = { ...makeDevice("UP-4"), upload: { ...two.upload, serial: "UP-4" } };
    const sameCode = {
      ...makeDevice("UP-5"),
      upload: { ...makeDevice("UP-5").upload, claimSha256: one.upload.claimSha256 ?? "" },
    };
    const refused = await upload([three, otherKey, sameKey, sameCode, three]);
    expect(refused.status).toBe(409);
    const { faults } = (await refused.json()) as { faults: { path: string }[] };
    expect(faults.map(({ path }) => path)).toEqual([
      ...["/devices/4/serial", "/devices/4/kid", "/devices/4/claimSha256"],
      ...["/devices/1/serial", "/devices/2/kid", "/devices/3/claimSha256"],
    ]);
    expect(await (await upload([three])).json()).toEqual({ added: 1, unchanged: 0 });
    const list = await network.ask("GET", "/v1/devices?limit=2&cursor=UP-1", undefined, by("maker"));
    expect(await list.json()).toMatchObject({
      devices: [{ serial: "UP-2", state: "free" }, { serial: "UP-3" }],
      next: null,
    });
  });

  it.each([
    ["a key that is none", { publicKey: Buffer.alloc(31).toString("base64") }],
    ["a point that is not on the curve", { alg: "ES256", publicKey: offCurve }],
    ["a serial with a blank", { serial: "CM 1" }],
    ["the code itself", { claimSha256: "ABCDEFGH23456789" }],
    ["a field nobody knows", { owner: "shop" }],
  ])("refuses an upload with %s", async (_what, change) => {
    const devices = [{ ...makeDevice("BAD-1").upload, ...change }];
    const response = await network.ask("POST", "/v1/devices", { devices }, by("maker"));
    expect(response.status).toBe(400);
    const { faults } = (await response.json()) as { faults: { path: string }[] };
    expect(faults.every(({ path }) => path.startsWith("/devices/0"))).toBe(true);
  });

  it("takes at most 1,000 gateways a call", async () => {
    const { upload: one } = makeDevice("MANY-1");
    const devices = Array.from({ length: 1_001 }, () => one);
    expect((await network.ask("POST", "/v1/devices", { devices }, by("maker"))).status).toBe(400);
  });

  it("a code counts once, for whoever comes first; a copied sticker of another maker comes too late", async () => {
    const device = makeDevice("ONCE-1");
    await upload([device]);
    const forged = { ...device.upload, publicKey: makeDevice("X-1").upload.publicKey };
    await network.ask("POST", "/v1/devices", { devices: [forged] }, by("rival"));
    const answers = await Promise.all([
      claim(device.sticker, { gatewayId: "race-a" }),
      claim(device.sticker, { gatewayId: "race-b" }, by("other")),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const winner = answers.find(({ status }) => status === 201);
    expect((await winner?.json()) as Claimed).toMatchObject({ gateway: { keys: [{ kid: device.kid }] } });
    expect((await claim(device.sticker, { gatewayId: "race-c" })).status).toBe(409);
  });

  it("an id that is taken, a site that isn't one and a text that is no sticker are named", async () => {
    const [one, two] = [makeDevice("NAMED-1"), makeDevice("NAMED-2")];
    await upload([one, two]);
    expect((await claim(one.sticker)).status).toBe(201);
    const taken = await claim(two.sticker, { gatewayId: "named-1" }, by("other"));
    expect(await taken.json()).toMatchObject({
      ...{ status: 409, detail: expect.stringContaining("named-1") },
      faults: [{ path: "/gatewayId" }],
    });
    const again = await claim(one.sticker, { gatewayId: "named-1-b" }, by("other"));
    expect(await again.json()).toMatchObject({ status: 409, faults: [{ path: "/sticker" }] });
    const own = await claim(one.sticker, { gatewayId: "named-1-b" });
    expect(await own.json()).toMatchObject({
      ...{
        status: 409,
        faults: [{ path: "/sticker" }, { path: "/gateways/named-1", message: "it is yours" }],
      },
    });
    const nowhere = await claim(two.sticker, { site: "elsewhere" });
    expect(await nowhere.json()).toMatchObject({ status: 400, faults: [{ path: "/site" }] });
    expect(await (await claim("6901234567892")).json()).toMatchObject({
      status: 400,
      faults: [{ path: "/sticker" }],
    });
    expect((await claim(two.sticker)).status).toBe(201);
    const [three, four] = [makeDevice("NAMED-3"), makeDevice("NAMED-4")];
    await upload([three, four]);
    const race = await Promise.all([
      claim(three.sticker, { gatewayId: "same-id" }),
      claim(four.sticker, { gatewayId: "same-id" }, by("other")),
    ]);
    expect(race.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("given back, it is revoked, its code is dead, and its maker may bring it anew under another key", async () => {
    const device = makeDevice("BACK-1");
    const { gateway } = await claimed(device);
    const path = `/v1/gateways/${gateway.id}/release`;
    const why = { why: "sold the shop" };
    const released = await network.ask("POST", path, why, by("shop"));
    expect(await released.json()).toMatchObject({ id: "back-1", revokedAt: expect.any(String) });
    expect((await network.ask("POST", path, why, by("shop"))).status).toBe(409);
    expect((await claim(device.sticker, { gatewayId: "back-1-b" })).status).toBe(409);
    const sameKey = makeDevice("BACK-1");
    const reused = { ...device.upload, claimSha256: sameKey.upload.claimSha256 };
    const refused = await network.ask("POST", "/v1/devices", { devices: [reused] }, by("maker"));
    expect(await refused.json()).toMatchObject({ status: 409, faults: [{ path: "/devices/0/kid" }] });
    const anew = makeDevice("BACK-1");
    expect(await (await upload([anew])).json()).toEqual({ added: 1, unchanged: 0 });
    expect((await claim(anew.sticker, {}, by("other"))).status).toBe(409);
    expect((await claim(anew.sticker, { gatewayId: "back-1-b" }, by("other"))).status).toBe(201);
    const trail = await auditOf("gateway back-1");
    expect(trail.slice(2).map(({ action, reason }) => [action, reason])).toEqual([
      ["gateway.release", "sold the shop"],
      ["register.change", "sold the shop"],
    ]);
  });

  it("a revocation can be brought forward, never put off; a revoked gateway takes no key and no change", async () => {
    const device = makeDevice("LAST-1");
    const { gateway } = await claimed(device);
    const path = `/v1/gateways/${gateway.id}`;
    const revoke = (aheadMs: number) => {
      const at = new Date(Date.now() + aheadMs).toISOString();
      return network.ask("POST", `${path}/keys/${device.kid}/revoke`, { at, why: "found open" }, by("shop"));
    };
    expect((await revoke(2 * 86_400_000)).status).toBe(200);
    expect((await revoke(3 * 86_400_000)).status).toBe(409);
    expect((await revoke(400 * 86_400_000)).status).toBe(400);
    expect((await revoke(86_400_000)).status).toBe(200);
    expect((await revoke(-86_400_000)).status).toBe(200);
    const [first, ...rest] = (await entriesOf(device.kid)).map(({ body }) => Number(body.until ?? 0));
    expect([first, rest.length]).toEqual([0, 3]);
    expect(rest.at(-1)).toBeGreaterThan(Date.now() - 60_000);
    const whole = await network.ask("POST", `${path}/revoke`, { why: "found open" }, by("shop"));
    const { revokedAt } = (await whole.json()) as ToldGateway;
    const twice = await network.ask("POST", `${path}/revoke`, { why: "found open" }, by("shop"));
    expect(await twice.json()).toMatchObject({ revokedAt });
    const key = { kid: "late", alg: "Ed25519", publicKey: makeDevice("K-1").upload.publicKey };
    expect((await network.ask("POST", `${path}/keys`, key, by("shop"))).status).toBe(409);
    const patch = { signatureRequired: false };
    expect((await network.ask("PATCH", path, patch, by("shop"))).status).toBe(409);
  });

  it("all gateways of an organisation are listed, newest first, to its keepers and its people and to nobody else", async () => {
    const listed = async (headers: Record<string, string>) => {
      const response = await network.ask("GET", "/v1/gateways", undefined, headers);
      const { gateways: all = [] } = (await response.json()) as { gateways?: (ToldGateway & Seen)[] };
      return { status: response.status, all };
    };
    const [first, last] = [await claimed(makeDevice("LIST-1")), await claimed(makeDevice("LIST-2"))];
    const received = Date.now();
    const progress = { gatewayId: last.gateway.id, boot: 1, kid: null, upTo: 1, also: [], receiptedAt: null };
    const heard = { ...progress, hash: new Uint8Array(32), lastReceivedAt: received, skewMs: 250 };
    await store.as({ role: "worker" }, (tx) => saveProgress(tx, [{ ...heard, tenantId: "shop" }]));
    const { all } = await listed(by("shop"));
    expect(all.slice(0, 2)).toEqual([
      { ...last.gateway, lastReceivedAt: new Date(received).toISOString(), skewMs: 250 },
      first.gateway,
    ]);
    expect(first.gateway).toMatchObject({ serial: "LIST-1", lastReceivedAt: null, skewMs: null });
    for (const person of ["manager@demo.test", "auditor@demo.test"]) {
      const cookie = await signInAs(network.people.app, person);
      expect((await listed({ cookie })).all).toEqual(all);
    }
    const foreign = await listed({ cookie: await signInAs(network.people.app, "operator@demo.test") });
    expect([foreign.status, foreign.all]).toEqual([200, []]);
    const others = (await listed(by("other"))).all.map(({ id }) => id);
    expect(others).not.toContain(first.gateway.id);
    expect(all.map(({ id }) => id).filter((id) => others.includes(id))).toEqual([]);
    for (const headers of [by("weak"), by("maker"), {}]) expect((await listed(headers)).status).toBe(401);
  });

  it("is told with how far its clock is behind ours, once a live message said so", async () => {
    const { gateway } = await claimed(makeDevice("CLOCK-1"));
    const skewOf = async () => {
      const told = await network.ask("GET", `/v1/gateways/${gateway.id}`, undefined, by("shop"));
      return ((await told.json()) as { skewMs: number | null }).skewMs;
    };
    expect(await skewOf()).toBeNull();
    const progress = { gatewayId: gateway.id, boot: 1, kid: null, upTo: 1, also: [], receiptedAt: null };
    const heard = { ...progress, hash: new Uint8Array(32), lastReceivedAt: Date.now(), skewMs: -90_000 };
    await store.as({ role: "worker" }, (tx) => saveProgress(tx, [{ ...heard, tenantId: "shop" }]));
    expect(await skewOf()).toBe(-90_000);
  });

  it("whether messages must be signed can be changed, and the roster in the log says so", async () => {
    const { gateway } = await claimed(makeDevice("ROSTER-1"));
    await hangSensors(network, [gateway.id]);
    const rosters = async () => {
      const rows = await store.as({ role: "worker" }, (tx) =>
        tx
          .select()
          .from(pendingEntries)
          .where(eq(pendingEntries.kind, "equipment"))
          .orderBy(pendingEntries.id),
      );
      return rows.filter(({ body }) => body.includes(pointBehind(gateway.id))).map(({ body }) => body);
    };
    const patch = { signatureRequired: false };
    const changed = await network.ask("PATCH", `/v1/gateways/${gateway.id}`, patch, by("shop"));
    expect(await changed.json()).toMatchObject(patch);
    expect((await rosters()).map((body) => /"signatureRequired":(\w+)/.exec(body)?.[1])).toEqual([
      "true",
      "false",
    ]);
  });

  it("another organisation finds none of it: by every route the same answer as for what isn't there", async () => {
    const device = makeDevice("MINE-1");
    const { gateway } = await claimed(device);
    const why = { why: "not mine" };
    const key = { kid: "mine", alg: "Ed25519", publicKey: makeDevice("K-2").upload.publicKey };
    const calls = (id: string): [string, string, object?][] => [
      ["GET", `/v1/gateways/${id}`],
      ["PATCH", `/v1/gateways/${id}`, { signatureRequired: false }],
      ["POST", `/v1/gateways/${id}/keys`, key],
      ["POST", `/v1/gateways/${id}/keys/${device.kid}/revoke`, why],
      ["POST", `/v1/gateways/${id}/revoke`, why],
      ["POST", `/v1/gateways/${id}/release`, why],
    ];
    const nobodys = calls("no-such-gateway");
    for (const [at, [method, path, body]] of calls(gateway.id).entries()) {
      const theirs = await network.ask(method, path, body, by("other"));
      expect([method, path, theirs.status]).toEqual([method, path, 404]);
      const none = await network.ask(method, nobodys[at]?.[1] ?? "", body, by("other"));
      expect(await withoutId(theirs)).toEqual(await withoutId(none));
      for (const headers of [by("weak"), by("maker"), {}])
        expect((await network.ask(method, path, body, headers)).status).toBe(401);
    }
    const rows = await network.ask("GET", "/v1/devices?limit=1000", undefined, by("rival"));
    expect(JSON.stringify(await rows.json())).not.toContain("MINE-1");
    expect((await network.ask("GET", "/v1/devices", undefined, by("shop"))).status).toBe(401);
    const shown = await network.ask("GET", `/v1/gateways/${gateway.id}`, undefined, by("shop"));
    expect(await shown.json()).toEqual(gateway);
  });

  it("row-level security alone refuses the same", async () => {
    const device = makeDevice("RLS-1");
    await upload([device, makeDevice("RLS-2")]);
    const asTenant = <T>(tenant: string, work: (tx: Tx) => Promise<T>) =>
      store.as({ role: "app", tenant }, work);
    const serials = (tx: Tx) =>
      tx
        .select({ serial: makerDevices.serial })
        .from(makerDevices)
        .where(sql`${makerDevices.serial} like 'RLS-%'`);
    const reason = (work: Promise<unknown>) =>
      work.then(
        () => "allowed",
        (fault: Error) => `${fault.message} ${String(fault.cause)}`,
      );
    expect(await asTenant("gateway-maker", serials)).toHaveLength(2);
    expect(await asTenant("rival-maker", serials)).toEqual([]);
    expect(await asTenant("shop", serials)).toEqual([]);
    const take = (tx: Tx) =>
      tx
        .update(makerDevices)
        .set({ claimedBy: "shop", claimedGateway: "x", claimedAt: 1 })
        .where(eq(makerDevices.serial, "RLS-1"))
        .returning();
    expect(await asTenant("shop", take)).toEqual([]);
    const code = sql`select set_config('app.claim', ${device.upload.claimSha256}, true)`;
    const withCode = <T>(tenant: string, work: (tx: Tx) => Promise<T>) =>
      asTenant(tenant, async (tx) => {
        await tx.execute(code);
        return await work(tx);
      });
    expect(await withCode("shop", serials)).toEqual([{ serial: "RLS-1" }]);
    const forAnother = (tx: Tx) =>
      tx
        .update(makerDevices)
        .set({ claimedBy: "other", claimedAt: 1 })
        .where(eq(makerDevices.serial, "RLS-1"));
    expect(await reason(withCode("shop", forAnother))).toContain("row-level security");
    expect(await withCode("shop", take)).toHaveLength(1);
    expect(await asTenant("shop", serials)).toEqual([{ serial: "RLS-1" }]);
    expect(await withCode("other", take)).toEqual([]);
    expect(await asTenant("other", serials)).toEqual([]);
    const row = {
      tenantId: "rival-maker",
      serial: "RLS-9",
      kid: "k",
      alg: "Ed25519" as const,
      uploadedAt: 1,
    };
    const bytes = { publicKey: new Uint8Array(32), claimSha256: new Uint8Array(32) };
    const foreign = asTenant("shop", (tx) => tx.insert(makerDevices).values({ ...row, ...bytes }));
    expect(await reason(foreign)).toContain("row-level security");

    const gap = { gatewayId: "g", boot: 1, fromSeq: 1, toSeq: 2, beforeMs: 1, foundAt: 1 };
    await store.as({ role: "worker" }, async (tx) => {
      await tx.insert(sequenceGaps).values([
        { ...gap, tenantId: "shop" },
        { ...gap, tenantId: "other" },
      ]);
    });
    const gaps = (tx: Tx) =>
      tx.select({ t: sequenceGaps.tenantId }).from(sequenceGaps).where(eq(sequenceGaps.gatewayId, "g"));
    expect(await asTenant("shop", gaps)).toEqual([{ t: "shop" }]);
    const write = asTenant("shop", (tx) =>
      tx.insert(sequenceGaps).values({ ...gap, tenantId: "shop", boot: 2 }),
    );
    expect(await reason(write)).toContain("permission denied");
    const commands = asTenant("shop", (tx) => tx.select().from(gatewayCommands));
    expect(await reason(commands)).toContain("permission denied");
  });

  it("a register file revokes keys and gateways, and says it once", async () => {
    const device = makeDevice("FILE-1");
    const { gateway } = await claimed(device);
    const { publicKey } = device.upload;
    const fileWith = (key: object, more: object = {}) => ({
      coldmark: 1,
      operator: "op",
      organisations: [
        {
          ...{ id: "shop", kind: "pharmacy", names: { zh: "示范", en: "Demo" } },
          sites: [
            {
              ...{ id: "till-side", kind: "shop", gln: "6900000000113", names: { zh: "示范", en: "Demo" } },
              gateways: [
                {
                  ...{ id: gateway.id, kind: "native", signatureRequired: true, ...more },
                  keys: [{ kid: device.kid, alg: "Ed25519", publicKey, ...key }],
                },
              ],
            },
          ],
        },
      ],
    });
    network.people.now = Date.now();
    const revokedAt = new Date(Date.now() + 86_400_000).toISOString();
    const { register } = network.people;
    expect(await register(fileWith({ revokedAt }))).toMatchObject({
      faults: [],
      changed: [`shop: key ${device.kid}`],
    });
    expect(await register(fileWith({ revokedAt }))).toMatchObject({ faults: [], changed: [] });
    expect(await register(fileWith({}))).toMatchObject({ faults: [], changed: [] });
    const later = new Date(Date.now() + 2 * 86_400_000).toISOString();
    expect((await register(fileWith({ revokedAt: later }))).faults).toMatchObject([
      { path: "organisations[0].sites[0].gateways[0].keys[0].revokedAt" },
    ]);
    const revoked = await register(fileWith({}, { revoked: true }));
    expect(revoked.changed.sort()).toEqual([`shop: gateway ${gateway.id}`, `shop: key ${device.kid}`]);
    expect(await register(fileWith({}, { revoked: true }))).toMatchObject({ faults: [], changed: [] });
    expect((await register(fileWith({}, { revoked: false }))).faults).toHaveLength(1);
    const [row] = await store.as({ role: "app", tenant: "shop" }, (tx) =>
      tx
        .select()
        .from(gateways)
        .where(and(eq(gateways.tenantId, "shop"), eq(gateways.id, gateway.id))),
    );
    expect(row?.revokedAt).not.toBeNull();
    expect((await entriesOf(device.kid)).map(({ body }) => typeof body.until)).toEqual([
      ...["object", "number", "number"],
    ]);
  });

  it("the calls in docs/enrolment.md work as they stand there", async () => {
    const page = readFileSync(new URL("../../docs/enrolment.md", import.meta.url), "utf8");
    const calls = [...page.matchAll(/^(GET|POST|PATCH) (\/v1\/\S+)\n(\{.*\}\n)?```$/gm)];
    expect(calls).toHaveLength(8);
    for (const [, method = "", path = "", text] of calls) {
      const body = text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
      if (body?.at !== undefined) body.at = new Date(Date.now() + 86_400_000).toISOString();
      const headers = by(path === "/v1/devices" ? "maker" : "shop");
      const { status } = await network.ask(method, path, body, headers);
      expect([method, path, status]).toEqual([method, path, path.endsWith("/claim") ? 201 : 200]);
    }
    const [, sticker = ""] = /^```\n(coldmark:gw:.*)\n```$/m.exec(page) ?? [];
    const devices = await network.ask("GET", "/v1/devices?limit=1000", undefined, by("maker"));
    expect(JSON.stringify(await devices.json())).toContain(`"${sticker.split(":")[2]}"`);
    expect((await entriesOf("68894d58f18f2c34d49eb2f4b110e042")).length).toBe(3);
  });

  it("a wrong code and an unknown serial look the same, and are limited a minute", async () => {
    const device = makeDevice("LIMIT-1");
    await upload([device]);
    const wrong = await claim(`coldmark:gw:LIMIT-1:${"A".repeat(20)}`, {}, by("other"));
    const unknown = await claim(`coldmark:gw:NOBODYS-1:${device.code}`, {}, by("other"));
    expect([wrong.status, unknown.status]).toEqual([404, 404]);
    expect(await withoutId(wrong)).toEqual(await withoutId(unknown));
    const statuses = [];
    for (let n = 0; n < 12; n += 1)
      statuses.push((await claim(`coldmark:gw:LIMIT-1:${"B".repeat(20)}`, {}, by("other"))).status);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    const right = await claim(device.sticker, {}, by("other"));
    expect([right.status, right.headers.get("retry-after")]).toEqual([429, "5"]);
  });
});
