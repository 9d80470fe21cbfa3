import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { newApiKey } from "#services/api-keys/secret.ts";
import { sessions } from "#store/schema/users.ts";
import { cookieOf, post, signInAs } from "../../support/people-network.ts";
import { asking, manager, type PeopleStage } from "./stage.ts";

const dayMs = 86_400_000;

/** How long a session is somebody's, and whose it is. */
export function sessionsOfPeople(stage: PeopleStage): void {
  const { asAuth, me, idOf, sessionsOf } = asking(stage);
  describe("a session", () => {
    it("ends on the server when its person signs out", async () => {
      const cookie = await signInAs(stage.network.app, "other@demo.test");
      expect((await me(cookie)).status).toBe(200);
      const response = await post(stage.network.app, "/auth/sign-out", {}, { headers: { cookie } });
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^coldmark-session=; Max-Age=0;/),
      ]);
      expect((await me(cookie)).status).toBe(401);
      expect(await sessionsOf("other@demo.test")).toEqual([]);
    });

    it("is nobody's once expired: public where anybody may ask, and no error", async () => {
      const cookie = await signInAs(stage.network.app, manager);
      const before = stage.network.now;
      stage.network.now += 6 * dayMs;
      expect((await me(cookie)).status).toBe(200);
      stage.network.now += 2 * dayMs;
      expect((await me(cookie)).status).toBe(401);
      const open = await stage.network.app.request("/v1/sign-in", { headers: { cookie } });
      expect(open.status).toBe(200);
      const session = await stage.network.app.request("/auth/get-session", { headers: { cookie } });
      expect(await session.json()).toEqual({ signedIn: false });
      stage.network.now = before;
    });

    it("is renewed once it is a day old, and not before", async () => {
      const cookie = await signInAs(stage.network.app, "inspector@demo.test");
      const get = () =>
        Promise.resolve(stage.network.app.request("/auth/get-session", { headers: { cookie } }));
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
      const cookie = await signInAs(stage.network.app, "inspector@demo.test");
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
      const cookie = await signInAs(stage.network.app, manager);
      const [name, value = ""] = cookie.split("=");
      const [token] = decodeURIComponent(value).split(".");
      for (const forged of [token, `${token}.`, `${token}.${"A".repeat(43)}=`, "", "."]) {
        expect((await me(`${name}=${encodeURIComponent(forged ?? "")}`)).status).toBe(401);
      }
      expect((await me(cookie)).status).toBe(200);
    });

    it("keeps neither where it was begun nor by which browser, and is deleted some time after its end", async () => {
      await signInAs(stage.network.app, "op-auditor@demo.test");
      const id = await idOf("op-auditor@demo.test");
      const kept = await sessionsOf("op-auditor@demo.test");
      expect(kept.map(({ ipAddress, userAgent }) => `${ipAddress}${userAgent}`).join("")).toBe("");
      await asAuth((tx) =>
        tx
          .update(sessions)
          .set({ expiresAt: new Date(1) })
          .where(eq(sessions.userId, id)),
      );
      await signInAs(stage.network.app, "op-auditor@demo.test");
      expect(await sessionsOf("op-auditor@demo.test")).toHaveLength(1);
    });

    it("gives way to an API key, right or wrong", async () => {
      const cookie = await signInAs(stage.network.app, manager);
      const headers = { cookie, Authorization: `Bearer ${newApiKey()}` };
      expect((await stage.network.app.request("/v1/sign-in", { headers })).status).toBe(401);
    });
  });
}
