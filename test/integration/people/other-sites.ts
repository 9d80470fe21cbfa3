import { describe, expect, it } from "vitest";
import { password, post, signInAs } from "../../support/people-network.ts";
import { asking, manager, type PeopleStage } from "./stage.ts";

/** What another site's page may do in the name of who is signed in: nothing. */
export function otherSites(stage: PeopleStage): void {
  const { me } = asking(stage);
  describe("another site's page", () => {
    const ask = (path: string, body: object, headers: Record<string, string>) =>
      post(stage.network.app, path, body, { headers });

    it.each([
      ["a foreign origin", { Origin: "https://evil.example" }],
      ["an opaque origin", { Origin: "null" }],
      ["a foreign site, whatever the origin", { "Sec-Fetch-Site": "cross-site" }],
      ["a sister site", { "Sec-Fetch-Site": "same-site" }],
    ])("does nothing in the name of who is signed in: %s", async (_, headers) => {
      const cookie = await signInAs(stage.network.app, manager);
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
      const cookie = await signInAs(stage.network.app, manager);
      const check = { codes: ["(01)00000000000000(21)X"] };
      const words = { Origin: "https://proxy.example", "Sec-Fetch-Site": "same-origin" };
      for (const headers of [undefined, words]) {
        expect((await ask("/v1/check", check, { cookie, ...headers })).status).toBe(200);
      }
      const behindProxy = stage.network.at("https://cold.example");
      const headers = {
        cookie: cookie.replace("coldmark", "__Host-coldmark"),
        Origin: "https://cold.example",
      };
      expect((await post(behindProxy, "/v1/check", check, { headers })).status).toBe(200);
    });

    it("is assumed where a browser says nothing; without a session nobody is asked", async () => {
      const cookie = await signInAs(stage.network.app, manager);
      const request = (headers: Record<string, string>) =>
        Promise.resolve(
          stage.network.app.request("/v1/check", {
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
}
