import { describe, expect, it } from "vitest";
import { password, signInAs, trySignIn } from "../../support/people-network.ts";
import { asking, fileWith, newcomer, type PeopleStage } from "./stage.ts";

/** Who the register file takes in, changes, moves and sends away. */
export function registerRoster(stage: PeopleStage): void {
  const { me, idOf, sessionsOf, auditOf } = asking(stage);

  describe("the register file", () => {
    it("changes a role and a name, with an audit record each, and ends the sessions that had the old ones", async () => {
      const email = "changing@demo.test";
      await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      const cookie = await signInAs(stage.network.app, email);
      const changed = await stage.network.register(
        fileWith("shop", [newcomer({ email, role: "auditor", name: "Demo" })]),
      );
      const subject = `person ${await idOf(email)}`;
      expect(changed).toMatchObject({ created: [], changed: [`shop: ${subject}`], faults: [] });
      expect((await me(cookie)).status).toBe(401);
      const now = await me(await signInAs(stage.network.app, email));
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
      await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      const cookie = await signInAs(stage.network.app, email);
      await stage.network.register(fileWith("shop", [newcomer({ email, revoked: true })]));
      expect((await me(cookie)).status).toBe(401);
      const refused = await trySignIn(stage.network.app, email);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
      expect(await sessionsOf(email)).toEqual([]);
      for (const change of [{ revoked: true }, {}]) {
        const same = await stage.network.register(fileWith("shop", [newcomer({ email, ...change })]));
        expect(same).toMatchObject({ created: [], changed: [], faults: [] });
      }
      expect((await trySignIn(stage.network.app, email)).status).toBe(401);
      const back = await stage.network.register(fileWith("shop", [newcomer({ email, revoked: false })]));
      expect((await me(cookie)).status).toBe(401);
      expect((await trySignIn(stage.network.app, email)).status).toBe(401);
      expect((await trySignIn(stage.network.app, email, back.credentials[0]?.secret)).status).toBe(200);
    });

    it("takes nobody away from another organisation, but takes in who left it", async () => {
      const email = "moving@demo.test";
      await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      const taken = await stage.network.register(
        fileWith("other", [newcomer({ email, password: "stolen password" })]),
      );
      expect(taken.faults).toEqual([
        {
          path: "organisations[0].people[0].email",
          message: expect.stringContaining("another organisation"),
        },
      ]);
      await stage.network.register(fileWith("shop", [newcomer({ email, revoked: true })]));
      const moved = await stage.network.register(fileWith("other", [newcomer({ email })]));
      expect(moved).toMatchObject({ faults: [], credentials: [{ organisation: "other", id: email }] });
      // What the shop gave them opens nothing of the other organisation.
      expect((await trySignIn(stage.network.app, email)).status).toBe(401);
      const now = await me(await signInAs(stage.network.app, email, moved.credentials[0]?.secret));
      expect(await now.json()).toMatchObject({ organisation: { id: "other" } });
    });

    it("leaves somebody unknown alone whom it revokes", async () => {
      const file = fileWith("shop", [newcomer({ email: "never@demo.test", revoked: true })]);
      expect(await stage.network.register(file)).toMatchObject({ created: [], changed: [], faults: [] });
      await expect(idOf("never@demo.test")).rejects.toThrow("nobody has");
    });
  });
}
