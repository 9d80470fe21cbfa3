import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eq, getTableColumns, getTableName, is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "#config";
import { authenticate } from "#services/api-keys/authenticate.ts";
import { apiKeyHash, newApiKey } from "#services/api-keys/secret.ts";
import { recordAudit } from "#services/audit.ts";
import type { Actor, Context } from "#services/context.ts";
import { verifyPassword } from "#services/register/password.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { openStore, type Store, type Tx } from "#store/connect.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { audit } from "#store/schema/audit.ts";
import { equipment } from "#store/schema/equipment.ts";
import { gateways } from "#store/schema/gateways.ts";
import { organisations } from "#store/schema/organisations.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import { sensorPlacements } from "#store/schema/sensor-placements.ts";
import { sensors } from "#store/schema/sensors.ts";
import { sites } from "#store/schema/sites.ts";
import { networkFile } from "../support/network-file.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const operatorTables = [
  "gateway_topics",
  "inbox",
  "inbox_days",
  "cursors",
  "dead_letters",
  "set_aside",
  "pending_entries",
  "entries",
  "log_tiles",
  "heads_pages",
  "heads_tree",
  "stream_heads",
  "checkpoints",
  "anchor_jobs",
  "cosignatures",
  "sent_transactions",
  "seals",
  "chain_state",
  "pack_status",
  "users",
  "sessions",
  "accounts",
  "verifications",
];
const hourMs = 3_600_000;
const system: Actor = { kind: "system", id: "test", tenant: null, scopes: [] };

function contextOn(store: Store, now: () => number = Date.now, actor = system): Context {
  return { store, config: loadConfig({}), clock: now, log: pino({ level: "silent" }), actor };
}

async function reason(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (fault) {
    const { message, cause } = fault as Error;
    return `${message} ${cause instanceof Error ? cause.message : ""}`;
  }
  return "nothing was refused";
}

async function schemaTables(): Promise<PgTable[]> {
  const folder = fileURLToPath(new URL("../../store/schema/", import.meta.url));
  const modules: Record<string, unknown>[] = await Promise.all(
    readdirSync(folder).map((name) => import(join(folder, name))),
  );
  return modules.flatMap((module) => Object.values(module)).filter((value) => is(value, PgTable));
}

/** The cases that hold for every kind of store. */
function sharedCases(open: () => Store) {
  const inTenant = <T>(tenant: string | null, work: (tx: Tx) => Promise<T>) =>
    open().as({ role: "app", tenant }, work);

  async function addOrganisations(...ids: string[]): Promise<void> {
    for (const id of ids) {
      const row = { kind: "pharmacy" as const, names: { zh: id, en: id }, label: id, acceptedAt: 1 };
      await inTenant(id, (tx) => tx.insert(organisations).values({ tenantId: id, ...row }));
      const site = {
        id: "shop",
        label: id,
        gln: "1",
        names: { zh: id, en: id },
        kind: "shop" as const,
        acceptedAt: 1,
      };
      await inTenant(id, (tx) => tx.insert(sites).values({ tenantId: id, ...site }));
    }
  }

  describe("row-level security", () => {
    beforeAll(() => addOrganisations("rls-a", "rls-b"));

    it("shows an organisation its own rows and no others, without any filter in the query", async () => {
      const rows = await inTenant("rls-a", (tx) => tx.select().from(sites));
      expect(rows.map((row) => row.tenantId)).toEqual(["rls-a"]);
    });

    it("shows nothing to the app without a tenant, also right after a transaction that had one", async () => {
      await inTenant("rls-a", (tx) => tx.select().from(sites));
      expect(await inTenant(null, (tx) => tx.select().from(sites))).toEqual([]);
      expect(await inTenant("", (tx) => tx.select().from(sites))).toEqual([]);
    });

    it("refuses to write a row of another organisation, or to give one away", async () => {
      const foreign = { tenantId: "rls-b", id: "x", label: "x", gln: "1", names: { zh: "x", en: "x" } };
      const insert = inTenant("rls-a", (tx) =>
        tx.insert(sites).values({ ...foreign, kind: "shop", acceptedAt: 1 }),
      );
      expect(await reason(insert)).toContain("row-level security");
      const give = inTenant("rls-a", (tx) => tx.update(sites).set({ tenantId: "rls-b", id: "y" }));
      expect(await reason(give)).toContain("row-level security");
      await inTenant("rls-a", (tx) =>
        tx
          .update(sites)
          .set({ city: { zh: "A", en: "A" } })
          .where(eq(sites.tenantId, "rls-b")),
      );
      const [row] = await inTenant("rls-b", (tx) => tx.select().from(sites));
      expect(row?.city).toBeNull();
    });

    it("lets two organisations use the same ids, and tells neither of the other", async () => {
      const same = { tenantId: "rls-a", id: "till", sha256: apiKeyHash("a"), scopes: [], createdAt: 1 };
      await inTenant("rls-a", (tx) => tx.insert(apiKeys).values(same));
      await inTenant("rls-b", (tx) => tx.insert(apiKeys).values({ ...same, tenantId: "rls-b" }));
      expect(await inTenant("rls-b", (tx) => tx.select({ t: apiKeys.tenantId }).from(apiKeys))).toEqual([
        { t: "rls-b" },
      ]);
    });

    it("keeps many transactions at once apart", async () => {
      const tenants = Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? "rls-a" : "rls-b"));
      const seen = await Promise.all(
        tenants.map((tenant) => inTenant(tenant, (tx) => tx.select({ t: sites.tenantId }).from(sites))),
      );
      expect(seen).toEqual(tenants.map((tenant) => [{ t: tenant }]));
    });
  });

  describe("catalogue", () => {
    const catalogue = <Row extends Record<string, unknown>>(query: string) =>
      open()
        .as({ role: "public" }, (tx) => tx.execute<Row>(sql.raw(query)))
        .then(({ rows }) => rows);

    it("has exactly the tables of the schema, each a tenant's or named as the operator's", async () => {
      const rows = await catalogue<{ name: string }>(
        "select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace",
      );
      const schema = await schemaTables();
      expect(rows.map((row) => row.name).sort()).toEqual(schema.map(getTableName).sort());
      const withTenant = schema.filter((table) => "tenantId" in getTableColumns(table)).map(getTableName);
      const others = schema.map(getTableName).filter((name) => !withTenant.includes(name));
      expect(others.filter((name) => !operatorTables.includes(name))).toEqual([]);
    });

    it("forces row-level security on every tenant table and enables it on every other", async () => {
      const rows = await catalogue<{ name: string; on: boolean; forced: boolean }>(
        `select relname as name, relrowsecurity as on, relforcerowsecurity as forced
         from pg_class where relkind in ('r', 'p') and not relispartition
           and relnamespace = 'public'::regnamespace`,
      );
      expect(rows.filter((row) => !row.on)).toEqual([]);
      const unforced = rows.filter((row) => !row.forced).map((row) => row.name);
      expect(unforced.sort()).toEqual([...operatorTables].sort());
    });

    it("lets nobody but the owner at a single part of a table: every other goes through the whole and its policies", async () => {
      const rows = await catalogue<{ name: string; grants: string }>(
        `select c.relname as name, string_agg(a.grantee::regrole::text, ',') as grants
         from pg_class c left join lateral aclexplode(c.relacl) a on a.grantee <> c.relowner
         where c.relispartition and c.relkind = 'r' group by c.relname`,
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(({ grants }) => grants !== null)).toEqual([]);
    });

    it("has a policy on every tenant table that takes an unset tenant as no tenant", async () => {
      const rows = await catalogue<{ name: string; using: string; check: string }>(
        `select tablename as name, qual as using, with_check as check from pg_policies
         where policyname = 'own_tenant' and cmd = 'ALL'`,
      );
      const schema = (await schemaTables()).filter((table) => "tenantId" in getTableColumns(table));
      const tenantTables = schema.map(getTableName).filter((name) => !operatorTables.includes(name));
      expect(rows.map((row) => row.name).sort()).toEqual([...tenantTables, "gateway_topics"].sort());
      for (const { using, check } of rows) {
        expect(using).toMatch(/tenant_id = NULLIF\(current_setting\('app.tenant'::text, true\), ''::text\)/);
        expect(check).toBe(using);
      }
    });

    it("has the tenant in every unique key of a tenant table", async () => {
      const rows = await catalogue<{ name: string; key: string }>(
        `select c.relname as name, pg_get_indexdef(i.indexrelid) as key from pg_index i
         join pg_class c on c.oid = i.indrelid where i.indisunique and c.relforcerowsecurity`,
      );
      expect(rows.length).toBeGreaterThan(20);
      expect(rows.filter((row) => !/\(tenant_id[,)]/.test(row.key))).toEqual([]);
    });

    it("works under roles that own nothing and can neither log in nor pass by the policies", async () => {
      const roles = await catalogue<Record<string, unknown>>(
        `select rolname as name, rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb as strong,
         exists (select from pg_class where relowner = r.oid) as owns
         from pg_roles r where rolname like 'coldmark%' order by 1`,
      );
      const weak = { strong: false, owns: false };
      expect(roles).toEqual(
        ["app", "auth", "operator", "public", "worker"].map((name) => ({
          name: `coldmark_${name}`,
          ...weak,
        })),
      );
    });

    it("grants the app no delete, and the public one table only", async () => {
      const rows = await catalogue<{ grantee: string; name: string; right: string }>(
        `select acl.grantee::regrole::text as grantee, relname as name, acl.privilege_type as right
         from pg_class c cross join lateral aclexplode(relacl) acl
         where relkind in ('r', 'p') and acl.grantee <> 0 union
         select acl.grantee::regrole::text, relname, acl.privilege_type from pg_attribute a
         join pg_class c on c.oid = attrelid cross join lateral aclexplode(attacl) acl where acl.grantee <> 0`,
      );
      const of = (grantee: string) => rows.filter((row) => row.grantee === `coldmark_${grantee}`);
      expect(of("app").filter((row) => row.right === "DELETE" || row.right === "TRUNCATE")).toEqual([]);
      expect([...new Set(of("public").map((row) => `${row.right} ${row.name}`))]).toEqual([
        "SELECT pack_status",
      ]);
      const closed = ["inbox", "entries", "cursors", "checkpoints", "anchor_jobs"];
      expect(of("app").filter((row) => closed.includes(row.name))).toEqual([]);
      expect(
        of("app")
          .filter((row) => row.name === "audit")
          .map((row) => row.right)
          .sort(),
      ).toEqual(["INSERT", "SELECT"]);
    });
  });

  describe("what can't be changed", () => {
    it("lets nobody change or delete an audit record", async () => {
      const change = { action: "test", subject: "x", old: null, new: { a: 1 }, reason: "because" };
      const ctx = contextOn(open(), () => 5);
      await inTenant("aud", (tx) => recordAudit(tx, ctx, change, "aud"));
      for (const role of ["app", "worker"] as const) {
        const as = (work: (tx: Tx) => Promise<unknown>) => open().as({ role, tenant: "aud" }, work);
        expect(await reason(as((tx) => tx.update(audit).set({ actor: "me" })))).toContain(
          "permission denied",
        );
        expect(await reason(as((tx) => tx.delete(audit)))).toContain("permission denied");
      }
      const rows = await inTenant("aud", (tx) => tx.select().from(audit));
      expect(rows).toEqual([
        { tenantId: "aud", id: expect.any(Number), at: 5, actor: "system:test", ...change },
      ]);
    });

    it("lets the worker erase the content of an entry, never what was committed to", async () => {
      const worker = (query: string) => open().as({ role: "worker" }, (tx) => tx.execute(sql.raw(query)));
      expect(await reason(worker("update entries set leaf = ''"))).toContain("permission denied");
      expect(await reason(worker("delete from entries"))).toContain("permission denied");
      await worker("update entries set body = null, salt = null, body_salt = null");
    });
  });

  describe("a transaction", () => {
    it("leaves nothing behind when it fails, and the next one works", async () => {
      const failing = inTenant("roll", async (tx) => {
        await queueEntry(tx, { subject: "rolled-back", kind: "x", from: 1, to: 2, body: {} }, 3);
        throw new Error("on purpose");
      });
      expect(await reason(failing)).toContain("on purpose");
      const rows = await open().as({ role: "worker" }, (tx) =>
        tx.select().from(pendingEntries).where(eq(pendingEntries.subject, "rolled-back")),
      );
      expect(rows).toEqual([]);
    });

    it("refuses to open another one inside, which would wait for itself", async () => {
      const nested = inTenant("nest", () => inTenant("nest", (tx) => tx.select().from(sites)));
      expect(await reason(nested)).toContain("inside a transaction");
    });

    it("gives whole numbers as number and bytes as Uint8Array from raw queries too", async () => {
      const query = sql`select 9007199254740991::int8 as n, array[1, 2]::int8[] as ns, '\\x00ff'::bytea as b`;
      const { rows } = await open().as({ role: "public" }, (tx) => tx.execute(query));
      expect(rows).toStrictEqual([{ n: 9007199254740991, ns: [1, 2], b: new Uint8Array([0, 255]) }]);
    });
  });

  describe("authenticate", () => {
    it("knows an API key by its secret; unknown, malformed and revoked look the same", async () => {
      const [good, revoked] = [newApiKey(), newApiKey()];
      const row = { tenantId: "auth-a", scopes: ["capture" as const], createdAt: 1 };
      await inTenant("auth-a", (tx) =>
        tx.insert(apiKeys).values([
          { ...row, id: "good", sha256: apiKeyHash(good) },
          { ...row, id: "gone", sha256: apiKeyHash(revoked), revokedAt: 2 },
        ]),
      );
      const actor = { kind: "apiKey", id: "good", tenant: "auth-a", scopes: ["capture"] };
      expect(await authenticate(open(), `Bearer ${good}`)).toEqual(actor);
      expect(await authenticate(open(), good)).toEqual(actor);
      for (const secret of [revoked, newApiKey(), "", "cmk_", `${good}x`]) {
        expect(await authenticate(open(), `Bearer ${secret}`)).toBeNull();
      }
    });
  });

  describe("registerNetwork", () => {
    const queued = (kinds: string[]) =>
      open().as({ role: "worker" }, async (tx) => {
        const rows = await tx.select().from(pendingEntries);
        return rows
          .filter((row) => kinds.includes(row.kind))
          .map((row) => ({ ...row, body: JSON.parse(row.body) }));
      });
    const count = () =>
      open().as({ role: "worker" }, async (tx) => {
        const query = sql`select (select count(*) from pending_entries) as entries, (select count(*) from audit) as audit`;
        return (await tx.execute<{ entries: number; audit: number }>(query)).rows[0];
      });

    it("registers a file once: the second run changes nothing, queues nothing and shows no secret", async () => {
      const { file } = networkFile("idem", 1);
      const first = await registerNetwork(contextOn(open()), file);
      expect(first.faults).toEqual([]);
      expect(first.created).toContain("idem: equipment fridge-1");
      expect(first.credentials.map(({ kind, organisation, id }) => ({ kind, organisation, id }))).toEqual([
        { kind: "apiKey", organisation: "idem", id: "till" },
        { kind: "mqttPassword", organisation: "idem", id: "idem-gw" },
      ]);
      const [key, password] = first.credentials.map(({ secret }) => secret);
      expect(await authenticate(open(), key ?? "")).toMatchObject({ tenant: "idem", id: "till" });
      const [gateway] = await inTenant("idem", (tx) => tx.select().from(gateways));
      expect(await verifyPassword(password ?? "", gateway?.mqttPasswordHash ?? "")).toBe(true);

      const before = await count();
      const second = await registerNetwork(contextOn(open()), file);
      expect(second).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      expect(second.unchanged).toBe(first.created.length + first.unchanged);
      expect(await count()).toEqual(before);
    });

    it("audits every row with its actor and no secret in it", async () => {
      const { file } = networkFile("told", 2);
      const { created, credentials } = await registerNetwork(contextOn(open()), file);
      const rows = await inTenant("told", (tx) => tx.select().from(audit));
      expect(rows.map((row) => `told: ${row.subject}`).sort()).toEqual(
        created.filter((subject) => subject.startsWith("told")).sort(),
      );
      expect(new Set(rows.map((row) => `${row.actor} ${row.action}`))).toEqual(
        new Set(["system:test register.create"]),
      );
      const text = JSON.stringify(rows);
      for (const { secret } of credentials) expect(text).not.toContain(secret);
      expect(text).not.toContain("scrypt$");
    });

    it("queues key, product, lot, equipment and site for the log, and of a change only what changed", async () => {
      const { file } = networkFile("queue", 3);
      await registerNetwork(contextOn(open()), file);
      const mine = async () => {
        const all = await queued(["key", "product", "lot", "equipment", "site-roster"]);
        const [fridge] = await inTenant("queue", (tx) => tx.select().from(equipment));
        return all.filter((row) => row.subject.includes(fridge?.label ?? "-"));
      };
      expect((await mine()).map((row) => row.kind)).toEqual(["equipment"]);
      const before = await count();
      const fridge = file.organisations[1]?.sites?.[0]?.equipment[0];
      if (fridge) fridge.upperLimitC = 7.5;
      const again = await registerNetwork(contextOn(open()), file);
      expect(again.changed).toEqual(["queue: equipment fridge-1"]);
      expect((await count())?.entries).toBe((before?.entries ?? 0) + 1);
      const rosters = await mine();
      expect(rosters.map((row) => row.body.upperMilliC)).toEqual([8000, 7500]);
      expect(rosters[1]?.body.points).toHaveLength(1);
      expect(rosters[1]?.body.accepted).toBeGreaterThan(rosters[0]?.body.accepted);
    });

    it("takes a back-dated time unsigned as from now, signed offline as stated, and tells the log both", async () => {
      const now = 1_790_000_000_000;
      const since = new Date(now - 24 * hourMs).toISOString();
      const outcomes = [];
      for (const [id, signed] of [
        ["unsigned", false],
        ["signed", true],
      ] as const) {
        const { file, sign } = networkFile(id, signed ? 5 : 4);
        const fridge = file.organisations[1]?.sites?.[0]?.equipment[0];
        Object.assign(fridge ?? {}, { since });
        Object.assign(fridge?.sensors[0] ?? {}, { since });
        const ctx = contextOn(open(), () => now);
        expect((await registerNetwork(ctx, signed ? sign(file) : file)).faults).toEqual([]);
        const later = contextOn(open(), () => now + hourMs);
        expect(await registerNetwork(later, signed ? sign(file) : file)).toMatchObject({
          created: [],
          changed: [],
        });
        const [row] = await inTenant(id, (tx) => tx.select().from(sensors));
        const [place] = await inTenant(id, (tx) => tx.select().from(equipment));
        const [placement] = await inTenant(id, (tx) => tx.select().from(sensorPlacements));
        expect(placement).toMatchObject({ since: row?.since, until: null, equipmentId: "fridge-1" });
        const bodies = (await queued(["equipment"])).filter((each) =>
          each.subject.endsWith(place?.label ?? "-"),
        );
        const point = bodies[0]?.body.points[0];
        outcomes.push([
          row?.since,
          row?.offline,
          place?.signedBy,
          point?.since,
          point?.accepted,
          point?.offline,
        ]);
      }
      const stated = now - 24 * hourMs;
      expect(outcomes).toEqual([
        [now, false, null, stated, now, false],
        [stated, true, "signed-scanner", stated, now, true],
      ]);
    });

    it("moves a sensor: the old placement ends when the new one begins, and both rosters say so", async () => {
      const { file } = networkFile("move", 6);
      let now = 1_790_000_000_000;
      const ctx = contextOn(open(), () => now);
      await registerNetwork(ctx, file);
      const shop = file.organisations[1]?.sites?.[0];
      const [first] = shop?.equipment ?? [];
      if (!shop || !first) throw new Error("the file has no equipment");
      shop.equipment.push({ ...first, id: "fridge-2", sensors: first.sensors });
      first.sensors = [];
      now += hourMs;
      expect((await registerNetwork(ctx, file)).faults).toEqual([]);
      const rows = await inTenant("move", (tx) =>
        tx.select().from(sensorPlacements).orderBy(sensorPlacements.since),
      );
      expect(rows.map(({ equipmentId, since, until }) => ({ equipmentId, since, until }))).toEqual([
        { equipmentId: "fridge-1", since: now - hourMs, until: now },
        { equipmentId: "fridge-2", since: now, until: null },
      ]);
      const [site] = await inTenant("move", (tx) => tx.select().from(sites));
      const rosters = (await queued(["site-roster"])).filter((row) =>
        row.subject.endsWith(site?.label ?? "-"),
      );
      expect(rosters.map((row) => row.body.sensors.length)).toEqual([1, 2]);
    });

    it("lists every fault in a dry run and touches nothing", async () => {
      const { file, sign } = networkFile("dry", 7);
      const signed = { ...sign(file), extra: 1 };
      const before = await count();
      const clean = await registerNetwork(contextOn(open()), sign(file), { dryRun: true });
      expect(clean).toMatchObject({ credentials: [], faults: [] });
      expect(clean.created).toContain("dry: sensor probe-1");
      const { extra: _, ...altered } = {
        ...signed,
        operator: "op",
        organisations: structuredClone(file.organisations),
      };
      const shop = altered.organisations[1]?.sites?.[0];
      if (shop) shop.names.en = "Another shop";
      const wrong = await registerNetwork(contextOn(open()), altered, { dryRun: true });
      expect(wrong.faults.map((fault) => fault.path)).toEqual(["signatures[0].sig"]);
      expect(await count()).toEqual(before);
      expect(await inTenant("dry", (tx) => tx.select().from(organisations))).toEqual([]);
    });

    it("refuses what another organisation has already: gateway, kid, product and code", async () => {
      await registerNetwork(contextOn(open()), networkFile("owner", 8).file);
      const { file } = networkFile("owner", 8);
      const thief = { ...file.organisations[1], id: "thief" };
      const stolen = { ...file, organisations: [file.organisations[0], thief] };
      const { faults } = await registerNetwork(contextOn(open()), stolen);
      expect(faults.map((fault) => fault.message.replace(/ is taken.*/, "")).sort()).toEqual([
        expect.stringMatching(/^equipment code https:\/\/id\.gs1\.org\/414\/\d{13}\/254\/fridge-1$/),
        "gateway id owner-gw",
        "kid owner-gw-key",
        "kid owner-scanner",
        expect.stringMatching(/^product \d{14}$/),
      ]);
      expect(await inTenant("thief", (tx) => tx.select().from(organisations))).toEqual([]);
    });

    it("lets a key register its own organisation only, and no key stronger than itself", async () => {
      const { file } = networkFile("selfish", 9);
      await registerNetwork(contextOn(open()), file);
      const own = { ...file, organisations: file.organisations.slice(1) };
      const actor = (scopes: string[], tenant = "selfish"): Actor => ({
        kind: "apiKey",
        id: "k",
        tenant,
        scopes,
      });
      const register = (by: Actor, what: object) => registerNetwork(contextOn(open(), Date.now, by), what);
      await expect(register(actor(["capture"]), own)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(register(actor(["register"]), file)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(register(actor(["register"], "other"), own)).rejects.toMatchObject({ code: "NOT_FOUND" });
      const stronger = await register(actor(["register"]), own);
      expect(stronger.faults.map((fault) => fault.path)).toEqual(["organisations[0].apiKeys[0].scopes"]);
      expect((await register(actor(["register", "capture"]), own)).faults).toEqual([]);
      expect((await register(actor(["admin"], "op"), file)).faults).toEqual([]);
    });
  });
}

describe("embedded store (PGlite)", () => {
  let folder = "";
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldmark-store-"));
    store = await openStore({ dataDir: folder });
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  sharedCases(() => store);

  it("says what it is and what it can't survive", () => {
    expect(store.kind).toBe("pglite");
    expect(store.describe).toContain("not a power cut");
  });
});

describe("PostgreSQL", () => {
  let server: TestPostgres;
  let store: Store;
  beforeAll(async () => {
    server = await startPostgres();
    store = await openStore({ databaseUrl: server.url, dataDir: "" });
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });
  sharedCases(() => store);

  it("commits durably and never waits for ever", async () => {
    const names = ["synchronous_commit", "fsync", "statement_timeout", "lock_timeout", "data_checksums"];
    const { rows } = await store.as({ role: "public" }, (tx) =>
      tx.execute(sql`select name, setting from pg_settings where name in ${names} order by name`),
    );
    expect(rows.map((row) => `${row.name}=${row.setting}`)).toEqual([
      "data_checksums=on",
      "fsync=on",
      "lock_timeout=2000",
      "statement_timeout=15000",
      "synchronous_commit=on",
    ]);
  });

  it("migrates once when several processes start at once, and in a second database of the cluster", async () => {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query("create database second");
    await admin.end();
    const databaseUrl = server.url.replace(/\/postgres$/, "/second");
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl, dataDir: "" })));
    for (const each of stores) await each.ping();
    await Promise.all(stores.map((each) => each.close()));
  });

  it("works under an owner that is no superuser", async () => {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query("create role plain_owner login createrole");
    await admin.query("create database plain owner plain_owner");
    await admin.query(
      "grant coldmark_app, coldmark_worker, coldmark_auth, coldmark_operator, coldmark_public to plain_owner with admin option, inherit false",
    );
    await admin.end();
    const databaseUrl = server.url.replace("postgres@", "plain_owner@").replace(/\/postgres$/, "/plain");
    const plain = await openStore({ databaseUrl, dataDir: "" });
    const { faults } = await registerNetwork(contextOn(plain), networkFile("plain", 1).file);
    await plain.close();
    const owner = new pg.Client({ connectionString: databaseUrl });
    await owner.connect();
    const seen = await owner.query("select * from organisations").finally(() => owner.end());
    expect(faults).toEqual([]);
    expect(seen.rows).toEqual([]);
  });

  it("survives a kill -9 of the server: what was committed is there, and the pool connects again", async () => {
    const row = { kind: "carrier" as const, names: { zh: "k", en: "k" }, label: "k", acceptedAt: 1 };
    await store.as({ role: "app", tenant: "killed" }, (tx) =>
      tx.insert(organisations).values({ tenantId: "killed", ...row }),
    );
    const waiting = store.as({ role: "public" }, (tx) => tx.execute(sql`select pg_sleep(10)`));
    const refused = reason(waiting);
    await store.ping();
    await server.kill9();
    expect(await refused).not.toBe("nothing was refused");
    await expect(store.ping()).rejects.toThrow();
    await server.restart();
    const attempts = await Promise.allSettled(Array.from({ length: 12 }, () => store.ping()));
    expect(attempts.filter((each) => each.status === "fulfilled").length).toBeGreaterThan(0);
    const rows = await store.as({ role: "app", tenant: "killed" }, (tx) => tx.select().from(organisations));
    expect(rows.map((each) => each.tenantId)).toEqual(["killed"]);
  });

  it("says that a server is not there, without its password", async () => {
    const opening = openStore({ databaseUrl: "postgres://me:swordfish@127.0.0.1:1/none", dataDir: "" });
    await expect(opening).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await reason(opening)).not.toContain("swordfish");
  });
});
