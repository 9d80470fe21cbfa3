import { describe, expect, it } from "vitest";
import { users } from "#store/schema/users.ts";
import { cookieOf, password, post, signInAs, trySignIn } from "../../support/people-network.ts";
import { asking, manager, type PeopleStage } from "./stage.ts";

/** Signing in: who gets in as whom, what a refusal tells, and what else of it is open. */
export function signingIn(stage: PeopleStage): void {
  const { asAuth, me } = asking(stage);
  describe("signing in", () => {
    it.each([
      ["operator@demo.test", "operator", "op", "all", true],
      ["op-auditor@demo.test", "auditor", "op", "all", false],
      [manager, "manager", "shop", "own", true],
      ["auditor@demo.test", "auditor", "shop", "own", false],
      ["inspector@demo.test", "auditor", "state", "all", false],
    ])("lets %s in as %s of %s, who sees %s", async (email, role, id, reach, mayChange) => {
      const response = await me(await signInAs(stage.network.app, email));
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        ...{ email, role, reach, mayAcknowledge: mayChange, name: `Demo ${role}` },
        mayKeepGateways: mayChange,
        organisation: { id, names: { en: "Demo" } },
      });
    });

    it("sets a cookie that scripts, other sites and sub-domains can't use, and tells the token to nobody", async () => {
      const plain = await trySignIn(stage.network.app, manager);
      expect(plain.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^coldmark-session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
      ]);
      expect(await plain.json()).toEqual({ signedIn: true });
      const secure = stage.network.at("https://cold.example");
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
      expect((await trySignIn(stage.network.app, "Manager@Demo.Test")).status).toBe(200);
    });

    it("answers an unknown address and a wrong password alike, and sets nothing", async () => {
      const bodies = [];
      for (const [email, secret] of [
        [manager, "not the password"],
        ["nobody@demo.test", password],
      ] as const) {
        const response = await trySignIn(stage.network.app, email, secret);
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
          await trySignIn(stage.network.app, email, "not the password");
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
        const response = await post(stage.network.app, "/auth/sign-in/email", body);
        expect(response.status).toBe(400);
        expect(await response.text()).not.toContain(password);
      }
    });

    it("opens nothing else of better-auth: nobody signs up, changes or lists anything over HTTP", async () => {
      const before = await asAuth((tx) => tx.$count(users));
      const cookie = await signInAs(stage.network.app, manager);
      const body = { email: "new@demo.test", password, newPassword: password, name: "New" };
      for (const path of [
        "sign-up/email",
        "change-password",
        "update-user",
        "request-password-reset",
        "ok",
      ]) {
        expect((await post(stage.network.app, `/auth/${path}`, body, { headers: { cookie } })).status).toBe(
          404,
        );
      }
      for (const path of ["list-sessions", "ok", "error"]) {
        expect((await stage.network.app.request(`/auth/${path}`, { headers: { cookie } })).status).toBe(404);
      }
      expect(await asAuth((tx) => tx.$count(users))).toBe(before);
    });

    it("offers accounts to try only where a demo gives them", async () => {
      const response = await stage.network.app.request("/v1/sign-in");
      expect(await response.json()).toEqual({ demoAccounts: [] });
    });
  });
}
