import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, getTableName, type SQL, sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newApiKey } from "#services/api-keys/secret.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { openStore, type Store, type Tx } from "#store/connect.ts";
import { audit } from "#store/schema/audit.ts";
import { memberships } from "#store/schema/memberships.ts";
import { accounts, sessions, users, verifications } from "#store/schema/users.ts";
import {
  cookieOf,
  type PeopleNetwork,
  password,
  peopleFile,
  post,
  signInAs,
  startPeopleNetwork,
  trySignIn,
} from "../support/people-network.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const dayMs = 86_400_000;
const manager = "manager@demo.test";

/** A file with one organisation, and its people changed. */
function fileWith(id: string, people: object[]): object {
  const { organisations, ...rest } = peopleFile();
  return {
    ...rest,
    organisations: organisations.filter((each) => each.id === id).map((each) => ({ ...each, people })),
  };
}

/** The cases that hold for every kind of store. */
function sharedCases(open: () => Store) {
  let network: PeopleNetwork;
  beforeAll(async () => {
    network = await startPeopleNetwork(open());
  });
  beforeEach(() => {
    network.now += 61_000;
  });

  const asAuth = <T>(work: (tx: Tx) => Promise<T>) => open().as({ role: "auth" }, work);
  const me = (cookie: string) => Promise.resolve(network.app.request("/v1/me", { headers: { cookie } }));
  const idOf = async (email: string) => {
    const [row] = await asAuth((tx) => tx.select().from(users).where(eq(users.email, email)));
    if (row === undefined) throw new Error(`nobody has ${email}`);
    return row.id;
  };
  const sessionsOf = async (email: string) => {
    const id = await idOf(email);
    return await asAuth((tx) => tx.select().from(sessions).where(eq(sessions.userId, id)));
  };
  const auditOf = (tenant: string, subject: string) =>
    open().as({ role: "app", tenant }, (tx) =>
      tx.select().from(audit).where(eq(audit.subject, subject)).orderBy(audit.id),
    );

  describe("signing in", () => {
    it.each([
      ["operator@demo.test", "operator", "op", "all", true],
      ["op-auditor@demo.test", "auditor", "op", "all", false],
      [manager, "manager", "shop", "own", true],
      ["auditor@demo.test", "auditor", "shop", "own", false],
      ["inspector@demo.test", "auditor", "state", "all", false],
    ])("lets %s in as %s of %s, who sees %s", async (email, role, id, reach, mayChange) => {
      const response = await me(await signInAs(network.app, email));
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        ...{ email, role, reach, mayAcknowledge: mayChange, name: `Demo ${role}` },
        mayKeepGateways: mayChange,
        organisation: { id, names: { en: "Demo" } },
      });
    });

    it("sets a cookie that scripts, other sites and sub-domains can't use, and tells the token to nobody", async () => {
      const plain = await trySignIn(network.app, manager);
      expect(plain.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^coldmark-session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
      ]);
      expect(await plain.json()).toEqual({ signedIn: true });
      const secure = network.at("https://cold.example");
      const response = await post(
        secure,
        "/auth/sign-in/email",
        { email: manager, password },
        { headers: { Origin: "https://cold.example" } },
      );
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(
          /^__Host-coldmark-session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
        ),
      ]);
      const known = await secure.request("/v1/me", { headers: { cookie: cookieOf(response) } });
      expect(known.status).toBe(200);
    });

    it("takes the mail address in any case", async () => {
      expect((await trySignIn(network.app, "Manager@Demo.Test")).status).toBe(200);
    });

    it("answers an unknown address and a wrong password alike, and sets nothing", async () => {
      const bodies = [];
      for (const [email, secret] of [
        [manager, "not the password"],
        ["nobody@demo.test", password],
      ] as const) {
        const response = await trySignIn(network.app, email, secret);
        expect(response.status).toBe(401);
        expect(response.headers.getSetCookie()).toEqual([]);
        const { requestId: _, ...body } = (await response.json()) as Record<string, unknown>;
        bodies.push(body);
      }
      expect(bodies[0]).toEqual(bodies[1]);
      expect(bodies[0]).toMatchObject({ code: "UNAUTHENTICATED" });
    });

    it("takes about as long for an unknown address as for a wrong password", async () => {
      const medianMs = async (email: string) => {
        const times = [];
        for (let n = 0; n < 5; n += 1) {
          const from = performance.now();
          await trySignIn(network.app, email, "not the password");
          times.push(performance.now() - from);
        }
        return times.sort((a, b) => a - b)[2] ?? 0;
      };
      const [known, unknown] = [await medianMs(manager), await medianMs("nobody@demo.test")];
      expect(unknown).toBeGreaterThan(known / 3);
      expect(unknown).toBeLessThan(known * 3);
    });

    it("refuses a body that is none, without echoing it", async () => {
      for (const body of [{}, { email: "x", password }, { email: manager, password, rememberMe: true }]) {
        const response = await post(network.app, "/auth/sign-in/email", body);
        expect(response.status).toBe(400);
        expect(await response.text()).not.toContain(password);
      }
    });

    it("opens nothing else of better-auth: nobody signs up, changes or lists anything over HTTP", async () => {
      const before = await asAuth((tx) => tx.$count(users));
      const cookie = await signInAs(network.app, manager);
      const body = { email: "new@demo.test", password, newPassword: password, name: "New" };
      for (const path of [
        "sign-up/email",
        "change-password",
        "update-user",
        "request-password-reset",
        "ok",
      ]) {
        expect((await post(network.app, `/auth/${path}`, body, { headers: { cookie } })).status).toBe(404);
      }
      for (const path of ["list-sessions", "ok", "error"]) {
        expect((await network.app.request(`/auth/${path}`, { headers: { cookie } })).status).toBe(404);
      }
      expect(await asAuth((tx) => tx.$count(users))).toBe(before);
    });

    it("offers accounts to try only where a demo gives them", async () => {
      const response = await network.app.request("/v1/sign-in");
      expect(await response.json()).toEqual({ demoAccounts: [] });
    });
  });

  describe("a limit of failed tries a minute", () => {
    const statuses = async (times: number, email: string, secret: string, from: (n: number) => string) => {
      const found = [];
      for (let n = 0; n < times; n += 1)
        found.push((await trySignIn(network.app, email, secret, from(n))).status);
      return found;
    };

    it("holds for one net at one address, also for the right password, and ends", async () => {
      const net = () => "198.51.100.7";
      expect(await statuses(10, manager, "wrong", net)).toEqual(Array(10).fill(401));
      const refused = await trySignIn(network.app, manager, password, net());
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).not.toBeNull();
      expect((await trySignIn(network.app, "auditor@demo.test", password, net())).status).toBe(200);
      network.now += 60_000;
      expect((await trySignIn(network.app, manager, password, net())).status).toBe(200);
    });

    it("lets nobody keep a person out: other nets' tries at the address don't count", async () => {
      const nets = (n: number) => `203.0.113.${n % 2}`;
      expect((await statuses(22, "auditor@demo.test", "wrong", nets)).slice(-2)).toEqual([429, 429]);
      expect((await trySignIn(network.app, "auditor@demo.test", password, "203.0.113.9")).status).toBe(200);
    });

    it("isn't touched by those who get in", async () => {
      expect(await statuses(12, manager, password, () => "192.0.2.9")).toEqual(Array(12).fill(200));
    });
  });

  describe("a session", () => {
    it("ends on the server when its person signs out", async () => {
      const cookie = await signInAs(network.app, "other@demo.test");
      expect((await me(cookie)).status).toBe(200);
      const response = await post(network.app, "/auth/sign-out", {}, { headers: { cookie } });
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^coldmark-session=; Max-Age=0;/),
      ]);
      expect((await me(cookie)).status).toBe(401);
      expect(await sessionsOf("other@demo.test")).toEqual([]);
    });

    it("is nobody's once expired: public where anybody may ask, and no error", async () => {
      const cookie = await signInAs(network.app, manager);
      const before = network.now;
      network.now += 6 * dayMs;
      expect((await me(cookie)).status).toBe(200);
      network.now += 2 * dayMs;
      expect((await me(cookie)).status).toBe(401);
      const open = await network.app.request("/v1/sign-in", { headers: { cookie } });
      expect(open.status).toBe(200);
      const session = await network.app.request("/auth/get-session", { headers: { cookie } });
      expect(await session.json()).toEqual({ signedIn: false });
      network.now = before;
    });

    it("is renewed once it is a day old, and not before", async () => {
      const cookie = await signInAs(network.app, "inspector@demo.test");
      const get = () => Promise.resolve(network.app.request("/auth/get-session", { headers: { cookie } }));
      const young = await get();
      expect([await young.json(), young.headers.getSetCookie()]).toEqual([{ signedIn: true }, []]);
      const id = await idOf("inspector@demo.test");
      const expiresAt = new Date(Date.now() + 5 * dayMs);
      await asAuth((tx) => tx.update(sessions).set({ expiresAt }).where(eq(sessions.userId, id)));
      const old = await get();
      expect(old.headers.getSetCookie()).toHaveLength(1);
      const ends = (await sessionsOf("inspector@demo.test")).map((session) => session.expiresAt.getTime());
      expect(Math.max(...ends)).toBeGreaterThan(Date.now() + 6.9 * dayMs);
    });

    it("is renewed by what every page of the console asks first", async () => {
      const cookie = await signInAs(network.app, "inspector@demo.test");
      expect((await me(cookie)).headers.getSetCookie()).toEqual([]);
      const id = await idOf("inspector@demo.test");
      const expiresAt = new Date(Date.now() + 5 * dayMs);
      await asAuth((tx) => tx.update(sessions).set({ expiresAt }).where(eq(sessions.userId, id)));
      const renewed = await me(cookie);
      expect(renewed.headers.getSetCookie()).toEqual([expect.stringMatching(/; Max-Age=604800;.*HttpOnly/)]);
      const ends = (await sessionsOf("inspector@demo.test")).map((session) => session.expiresAt.getTime());
      expect(Math.max(...ends)).toBeGreaterThan(Date.now() + 6.9 * dayMs);
      expect((await me(cookieOf(renewed))).status).toBe(200);
    });

    it("is none where the cookie wasn't signed by us, even with a token out of the records", async () => {
      const cookie = await signInAs(network.app, manager);
      const [name, value = ""] = cookie.split("=");
      const [token] = decodeURIComponent(value).split(".");
      for (const forged of [token, `${token}.`, `${token}.${"A".repeat(43)}=`, "", "."]) {
        expect((await me(`${name}=${encodeURIComponent(forged ?? "")}`)).status).toBe(401);
      }
      expect((await me(cookie)).status).toBe(200);
    });

    it("keeps neither where it was begun nor by which browser, and is deleted some time after its end", async () => {
      await signInAs(network.app, "op-auditor@demo.test");
      const id = await idOf("op-auditor@demo.test");
      const kept = await sessionsOf("op-auditor@demo.test");
      expect(kept.map(({ ipAddress, userAgent }) => `${ipAddress}${userAgent}`).join("")).toBe("");
      await asAuth((tx) =>
        tx
          .update(sessions)
          .set({ expiresAt: new Date(1) })
          .where(eq(sessions.userId, id)),
      );
      await signInAs(network.app, "op-auditor@demo.test");
      expect(await sessionsOf("op-auditor@demo.test")).toHaveLength(1);
    });

    it("gives way to an API key, right or wrong", async () => {
      const cookie = await signInAs(network.app, manager);
      const headers = { cookie, Authorization: `Bearer ${newApiKey()}` };
      expect((await network.app.request("/v1/sign-in", { headers })).status).toBe(401);
    });
  });

  describe("another site's page", () => {
    const ask = (path: string, body: object, headers: Record<string, string>) =>
      post(network.app, path, body, { headers });

    it.each([
      ["a foreign origin", { Origin: "https://evil.example" }],
      ["an opaque origin", { Origin: "null" }],
      ["a foreign site, whatever the origin", { "Sec-Fetch-Site": "cross-site" }],
      ["a sister site", { "Sec-Fetch-Site": "same-site" }],
    ])("does nothing in the name of who is signed in: %s", async (_, headers) => {
      const cookie = await signInAs(network.app, manager);
      for (const [path, body] of [
        ["/auth/sign-out", {}],
        ["/v1/check", { codes: [] }],
      ] as const) {
        const refused = await ask(path, body, { cookie, ...headers });
        expect(refused.status).toBe(403);
        expect(await refused.json()).toMatchObject({ code: "CROSS_ORIGIN" });
      }
      expect((await me(cookie)).status).toBe(200);
    });

    it("can't sign anybody in either", async () => {
      const body = { email: manager, password };
      const refused = await ask("/auth/sign-in/email", body, { Origin: "https://evil.example" });
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    });

    it("is told from our own by its origin, ours in the address asked or the public one, or by the browser's word", async () => {
      const cookie = await signInAs(network.app, manager);
      const check = { codes: ["(01)00000000000000(21)X"] };
      const words = { Origin: "https://proxy.example", "Sec-Fetch-Site": "same-origin" };
      for (const headers of [undefined, words]) {
        expect((await ask("/v1/check", check, { cookie, ...headers })).status).toBe(200);
      }
      const behindProxy = network.at("https://cold.example");
      const headers = {
        cookie: cookie.replace("coldmark", "__Host-coldmark"),
        Origin: "https://cold.example",
      };
      expect((await post(behindProxy, "/v1/check", check, { headers })).status).toBe(200);
    });

    it("is assumed where a browser says nothing; without a session nobody is asked", async () => {
      const cookie = await signInAs(network.app, manager);
      const request = (headers: Record<string, string>) =>
        Promise.resolve(
          network.app.request("/v1/check", {
            method: "POST",
            headers: { "Content-Type": "application/json", ...headers },
            body: JSON.stringify({ codes: ["(01)00000000000000(21)X"] }),
          }),
        );
      expect((await request({ cookie })).status).toBe(403);
      expect((await request({})).status).toBe(200);
      expect((await request({ Origin: "https://evil.example" })).status).toBe(200);
    });
  });

  describe("what is written down", () => {
    it("has who came and left in the audit of their organisation", async () => {
      const subject = `person ${await idOf("auditor@demo.test")}`;
      const before = (await auditOf("shop", subject)).length;
      const cookie = await signInAs(network.app, "auditor@demo.test");
      await post(network.app, "/auth/sign-out", {}, { headers: { cookie } });
      const rows = (await auditOf("shop", subject)).slice(before);
      expect(rows).toMatchObject([
        { at: network.now, actor: subject.replace(" ", ":"), action: "person.sign-in" },
        { at: network.now, actor: subject.replace(" ", ":"), action: "person.sign-out" },
      ]);
    });

    it("has no password, hash, token or mail address in the log, but tells tries at one address from others", async () => {
      const cookie = await signInAs(network.app, manager);
      for (const email of [manager, "nobody@demo.test", manager])
        await trySignIn(network.app, email, "not the password");
      const text = network.lines.join("");
      const hashes = await asAuth((tx) => tx.select({ hash: accounts.password }).from(accounts));
      const token = decodeURIComponent(cookie.split("=")[1] ?? "").split(".")[0] ?? "";
      expect(hashes.length).toBeGreaterThan(5);
      for (const secret of [
        password,
        "not the password",
        token,
        "@demo.test",
        ...hashes.map(({ hash }) => hash),
      ]) {
        expect(text).not.toContain(secret);
      }
      const refused = network.lines
        .map((line) => JSON.parse(line))
        .filter(({ msg }) => msg === "sign-in refused")
        .slice(-3)
        .map(({ person }) => person);
      expect(refused[0]).toMatch(/^[0-9a-f]{16}$/);
      expect([refused[0] === refused[2], refused[0] === refused[1]]).toEqual([true, false]);
    });

    it("keeps passwords as slow hashes only", async () => {
      const [kept] = await asAuth((tx) => tx.select().from(accounts));
      expect(kept?.password).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
    });
  });

  describe("the register file", () => {
    const person = (change: object = {}) => ({
      ...{ email: "new@demo.test", name: "Demo newcomer", role: "manager" },
      ...change,
    });

    it("makes a password where none is given, and shows it once", async () => {
      const email = "made@demo.test";
      const dry = await network.register(fileWith("shop", [person({ email })]), { dryRun: true });
      expect([dry.created.length, dry.credentials]).toEqual([1, []]);
      await expect(idOf(email)).rejects.toThrow("nobody has");
      const first = await network.register(fileWith("shop", [person({ email })]));
      expect(first.credentials).toEqual([
        { kind: "person", organisation: "shop", id: email, secret: expect.stringMatching(/^[\w-]{24}$/) },
      ]);
      const made = first.credentials[0]?.secret ?? "";
      const again = await network.register(fileWith("shop", [person({ email })]));
      expect(again).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      expect((await trySignIn(network.app, email, made)).status).toBe(200);
    });

    it("changes a member's password to another that it gives, noted without either, and signs them out", async () => {
      const email = "renewing@demo.test";
      await network.register(fileWith("shop", [person({ email, password })]));
      const cookie = await signInAs(network.app, email);
      const same = await network.register(fileWith("shop", [person({ email, password })]));
      expect(same).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      expect((await me(cookie)).status).toBe(200);
      const file = fileWith("shop", [person({ email, password: "another password" })]);
      const subject = `person ${await idOf(email)}`;
      const changed = [`shop: password of ${subject}`];
      expect(await network.register(file, { dryRun: true })).toMatchObject({ changed });
      expect((await me(cookie)).status).toBe(200);
      expect(await network.register(file)).toMatchObject({
        created: [],
        changed,
        credentials: [],
        faults: [],
      });
      expect((await me(cookie)).status).toBe(401);
      expect((await trySignIn(network.app, email)).status).toBe(401);
      expect((await trySignIn(network.app, email, "another password")).status).toBe(200);
      const rows = (await auditOf("shop", subject)).filter(({ action }) => action === "person.password");
      expect(rows).toMatchObject([{ actor: "system:test", old: null, new: null, reason: null }]);
      expect(await network.register(file)).toMatchObject({ changed: [] });
    });

    it("changes no password of somebody who left, however often an old file gives one", async () => {
      const email = "left@demo.test";
      await network.register(fileWith("shop", [person({ email, password })]));
      await network.register(fileWith("shop", [person({ email, revoked: true })]));
      await network.register(fileWith("other", [person({ email, password: "their own password" })]));
      const cookie = await signInAs(network.app, email, "their own password");
      for (const change of [{}, { revoked: true }]) {
        const again = await network.register(
          fileWith("shop", [person({ email, password: "stolen password", ...change })]),
        );
        expect(again).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      }
      expect((await me(cookie)).status).toBe(200);
      expect((await trySignIn(network.app, email, "stolen password")).status).toBe(401);
    });

    it("changes a role and a name, with an audit record each, and ends the sessions that had the old ones", async () => {
      const email = "changing@demo.test";
      await network.register(fileWith("shop", [person({ email, password })]));
      const cookie = await signInAs(network.app, email);
      const changed = await network.register(
        fileWith("shop", [person({ email, role: "auditor", name: "Demo" })]),
      );
      const subject = `person ${await idOf(email)}`;
      expect(changed).toMatchObject({ created: [], changed: [`shop: ${subject}`], faults: [] });
      expect((await me(cookie)).status).toBe(401);
      const now = await me(await signInAs(network.app, email));
      expect(await now.json()).toMatchObject({ role: "auditor", name: "Demo", mayAcknowledge: false });
      const rows = (await auditOf("shop", subject)).filter(({ action }) => action.startsWith("register."));
      expect(rows).toMatchObject([
        { action: "register.create", actor: "system:test", old: null, new: { role: "manager" } },
        { action: "register.change", old: { role: "manager" }, new: { role: "auditor" } },
      ]);
      expect(JSON.stringify(rows)).not.toMatch(/@demo|password/);
    });

    it("revokes somebody at once and for good, until it says otherwise; old sessions don't come back", async () => {
      const email = "leaving@demo.test";
      await network.register(fileWith("shop", [person({ email, password })]));
      const cookie = await signInAs(network.app, email);
      await network.register(fileWith("shop", [person({ email, revoked: true })]));
      expect((await me(cookie)).status).toBe(401);
      const refused = await trySignIn(network.app, email);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
      expect(await sessionsOf(email)).toEqual([]);
      for (const change of [{ revoked: true }, {}]) {
        const same = await network.register(fileWith("shop", [person({ email, ...change })]));
        expect(same).toMatchObject({ created: [], changed: [], faults: [] });
      }
      expect((await trySignIn(network.app, email)).status).toBe(401);
      const back = await network.register(fileWith("shop", [person({ email, revoked: false })]));
      expect((await me(cookie)).status).toBe(401);
      expect((await trySignIn(network.app, email)).status).toBe(401);
      expect((await trySignIn(network.app, email, back.credentials[0]?.secret)).status).toBe(200);
    });

    it("takes nobody away from another organisation, but takes in who left it", async () => {
      const email = "moving@demo.test";
      await network.register(fileWith("shop", [person({ email, password })]));
      const taken = await network.register(
        fileWith("other", [person({ email, password: "stolen password" })]),
      );
      expect(taken.faults).toEqual([
        {
          path: "organisations[0].people[0].email",
          message: expect.stringContaining("another organisation"),
        },
      ]);
      await network.register(fileWith("shop", [person({ email, revoked: true })]));
      const moved = await network.register(fileWith("other", [person({ email })]));
      expect(moved).toMatchObject({ faults: [], credentials: [{ organisation: "other", id: email }] });
      // What the shop gave them opens nothing of the other organisation.
      expect((await trySignIn(network.app, email)).status).toBe(401);
      const now = await me(await signInAs(network.app, email, moved.credentials[0]?.secret));
      expect(await now.json()).toMatchObject({ organisation: { id: "other" } });
    });

    it("gives whoever enters the password of this file, whatever they had before elsewhere", async () => {
      const email = "promoted@demo.test";
      await network.register(fileWith("shop", [person({ email, password })]));
      await network.register(fileWith("shop", [person({ email, revoked: true })]));
      const file = fileWith("op", [person({ email, role: "operator", password: "the operator's own" })]);
      expect(await network.register(file)).toMatchObject({ faults: [], credentials: [] });
      expect((await trySignIn(network.app, email)).status).toBe(401);
      const now = await me(await signInAs(network.app, email, "the operator's own"));
      expect(await now.json()).toMatchObject({ organisation: { id: "op" }, reach: "all" });
    });

    it("leaves somebody unknown alone whom it revokes", async () => {
      const file = fileWith("shop", [person({ email: "never@demo.test", revoked: true })]);
      expect(await network.register(file)).toMatchObject({ created: [], changed: [], faults: [] });
      await expect(idOf("never@demo.test")).rejects.toThrow("nobody has");
    });

    it("finishes what a crash left half done: a person without a membership gets a password again", async () => {
      const email = "half@demo.test";
      await asAuth((tx) => tx.insert(users).values({ id: "half", email, name: "Demo" }));
      const { credentials } = await network.register(fileWith("shop", [person({ email })]));
      expect((await trySignIn(network.app, email, credentials[0]?.secret)).status).toBe(200);
    });

    it("lists every fault: no address, a short password, an operator elsewhere, an address twice", async () => {
      const { faults } = await network.register(
        fileWith("shop", [
          person({ email: "nowhere" }),
          person({ password: "short" }),
          person({ email: "NEW@demo.test", role: "operator" }),
        ]),
      );
      const at = (n: number, field: string) => `organisations[0].people[${n}].${field}`;
      expect(faults.map(({ path }) => path).sort()).toEqual(
        [at(0, "email"), at(1, "password"), at(2, "email"), at(2, "role")].sort(),
      );
    });

    it("logs why somebody could not be written, without the hash that the query held", async () => {
      const { store, config, clock } = network.parts;
      const lines: string[] = [];
      const log = pino({}, { write: (line) => void lines.push(line) });
      const asAuthFailing: Store["as"] = (who, work) =>
        store.as(who, work).then((result) => {
          if (who.role !== "auth" || result !== undefined) return result;
          throw new Error("Failed query: params: the-hash", { cause: new Error("disk full") });
        });
      const actor = { kind: "system" as const, id: "test", tenant: null, scopes: [] };
      const ctx = { store: { ...store, as: asAuthFailing }, config, clock, log, actor };
      const { faults } = await registerNetwork(ctx, fileWith("shop", [person({ email: "full@demo.test" })]));
      expect(faults).toMatchObject([{ path: "organisations[0]" }]);
      expect(lines.join("")).toContain("disk full");
      expect(lines.join("")).not.toMatch(/the-hash|@demo/);
    });

    it("takes people from the operator's keys and from keys with admin, not from a key that may only register", async () => {
      const file = fileWith("shop", [person({ email: "by-key@demo.test" })]);
      const { store, config, clock, log } = network.parts;
      const by = (tenant: string, ...scopes: string[]) =>
        registerNetwork(
          { store, config, clock, log, actor: { kind: "apiKey", id: "k", tenant, scopes } },
          file,
          { dryRun: true },
        );
      expect((await by("shop", "register")).faults).toMatchObject([{ path: "organisations[0].people[0]" }]);
      expect((await by("shop", "admin")).faults).toEqual([]);
      expect((await by("op", "register")).faults).toEqual([]);
    });
  });

  describe("the tables of people", () => {
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => "allowed",
        (fault: Error) => `${fault.message} ${String(fault.cause)}`,
      );

    it("are closed to every role but the one that lets in", async () => {
      for (const role of ["app", "worker", "public", "operator"] as const) {
        for (const table of [users, sessions, accounts, verifications]) {
          const read = open().as({ role, tenant: "shop" }, (tx) => tx.select().from(table as typeof users));
          expect([role, getTableName(table), await refusal(read)]).toEqual([
            role,
            getTableName(table),
            expect.stringContaining("permission denied"),
          ]);
        }
      }
    });

    it("are all that the role that lets in can read, with keys, gateways and organisations", async () => {
      const { rows } = await asAuth((tx) =>
        tx.execute<{ name: string }>(sql`
          select relname as name from pg_class where relkind in ('r', 'p')
          and relnamespace = 'public'::regnamespace and has_any_column_privilege('coldmark_auth', oid, 'SELECT')`),
      );
      expect(rows.map(({ name }) => name).sort()).toEqual(
        [
          ...["accounts", "api_keys", "gateway_topics", "gateways", "keys", "memberships", "organisations"],
          ...["sessions", "users", "verifications"],
        ].sort(),
      );
    });

    it("and readings, findings and secrets aren't for the role that sees every organisation", async () => {
      const { rows } = await asAuth((tx) =>
        tx.execute<{ name: string }>(sql`
          select relname as name from pg_class where relkind in ('r', 'p')
          and relnamespace = 'public'::regnamespace and has_any_column_privilege('coldmark_operator', oid, 'SELECT')`),
      );
      expect(rows.map(({ name }) => name).sort()).toEqual([
        ...["alarms", "calibrations", "equipment", "excursions", "gateway_progress", "gateways"],
        ...[
          "latest_values",
          "organisations",
          "sensor_placements",
          "sensors",
          "sequence_gaps",
          "sites",
          "windows",
        ],
      ]);
      const asOperator = (query: SQL) => open().as({ role: "operator" }, (tx) => tx.execute(query));
      expect(await refusal(asOperator(sql`select mqtt_password_hash from gateways`))).toContain(
        "permission denied",
      );
      expect(await refusal(asOperator(sql`select id, signature_required from gateways`))).toBe("allowed");
    });

    it("let the role that lets in write who came and left, and neither anything else nor a membership", async () => {
      const row = { tenantId: "shop", at: 1, actor: "x", subject: "x" };
      const note = (action: string) => asAuth((tx) => tx.insert(audit).values({ ...row, action }));
      expect(await refusal(note("register.change"))).toContain("row-level security");
      const join = asAuth((tx) =>
        tx
          .insert(memberships)
          .values({ tenantId: "shop", userId: "x", name: "x", role: "operator", createdAt: 1 }),
      );
      expect(await refusal(join)).toContain("permission denied");
      expect(await refusal(asAuth((tx) => tx.delete(users)))).toContain("permission denied");
    });
  });
}

describe("PGlite", () => {
  let store: Store;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldmark-people-"));
    store = await openStore({ dataDir: folder });
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  sharedCases(() => store);
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
});
