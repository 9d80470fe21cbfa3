import { describe, expect, it } from "vitest";
import { users } from "#store/schema/users.ts";
import { password, signInAs, trySignIn } from "../../support/people-network.ts";
import { asking, fileWith, newcomer, type PeopleStage } from "./stage.ts";

/** The passwords that the register file gives, makes, changes and leaves alone. */
export function registerPasswords(stage: PeopleStage): void {
  const { asAuth, me, idOf, auditOf } = asking(stage);

  describe("the register file", () => {
    it("makes a password where none is given, and shows it once", async () => {
      const email = "made@demo.test";
      const dry = await stage.network.register(fileWith("shop", [newcomer({ email })]), { dryRun: true });
      expect([dry.created.length, dry.credentials]).toEqual([1, []]);
      await expect(idOf(email)).rejects.toThrow("nobody has");
      const first = await stage.network.register(fileWith("shop", [newcomer({ email })]));
      expect(first.credentials).toEqual([
        { kind: "person", organisation: "shop", id: email, secret: expect.stringMatching(/^[\w-]{24}$/) },
      ]);
      const made = first.credentials[0]?.secret ?? "";
      const again = await stage.network.register(fileWith("shop", [newcomer({ email })]));
      expect(again).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      expect((await trySignIn(stage.network.app, email, made)).status).toBe(200);
    });

    it("changes a member's password to another that it gives, noted without either, and signs them out", async () => {
      const email = "renewing@demo.test";
      await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      const cookie = await signInAs(stage.network.app, email);
      const same = await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      expect(same).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      expect((await me(cookie)).status).toBe(200);
      const file = fileWith("shop", [newcomer({ email, password: "another password" })]);
      const subject = `person ${await idOf(email)}`;
      const changed = [`shop: password of ${subject}`];
      expect(await stage.network.register(file, { dryRun: true })).toMatchObject({ changed });
      expect((await me(cookie)).status).toBe(200);
      expect(await stage.network.register(file)).toMatchObject({
        created: [],
        changed,
        credentials: [],
        faults: [],
      });
      expect((await me(cookie)).status).toBe(401);
      expect((await trySignIn(stage.network.app, email)).status).toBe(401);
      expect((await trySignIn(stage.network.app, email, "another password")).status).toBe(200);
      const rows = (await auditOf("shop", subject)).filter(({ action }) => action === "person.password");
      expect(rows).toMatchObject([{ actor: "system:test", old: null, new: null, reason: null }]);
      expect(await stage.network.register(file)).toMatchObject({ changed: [] });
    });

    it("changes no password of somebody who left, however often an old file gives one", async () => {
      const email = "left@demo.test";
      await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      await stage.network.register(fileWith("shop", [newcomer({ email, revoked: true })]));
      await stage.network.register(fileWith("other", [newcomer({ email, password: "their own password" })]));
      const cookie = await signInAs(stage.network.app, email, "their own password");
      for (const change of [{}, { revoked: true }]) {
        const again = await stage.network.register(
          fileWith("shop", [newcomer({ email, password: "stolen password", ...change })]),
        );
        expect(again).toMatchObject({ created: [], changed: [], credentials: [], faults: [] });
      }
      expect((await me(cookie)).status).toBe(200);
      expect((await trySignIn(stage.network.app, email, "stolen password")).status).toBe(401);
    });

    it("gives whoever enters the password of this file, whatever they had before elsewhere", async () => {
      const email = "promoted@demo.test";
      await stage.network.register(fileWith("shop", [newcomer({ email, password })]));
      await stage.network.register(fileWith("shop", [newcomer({ email, revoked: true })]));
      const file = fileWith("op", [newcomer({ email, role: "operator", password: "the operator's own" })]);
      expect(await stage.network.register(file)).toMatchObject({ faults: [], credentials: [] });
      expect((await trySignIn(stage.network.app, email)).status).toBe(401);
      const now = await me(await signInAs(stage.network.app, email, "the operator's own"));
      expect(await now.json()).toMatchObject({ organisation: { id: "op" }, reach: "all" });
    });

    it("finishes what a crash left half done: a person without a membership gets a password again", async () => {
      const email = "half@demo.test";
      await asAuth((tx) => tx.insert(users).values({ id: "half", email, name: "Demo" }));
      const { credentials } = await stage.network.register(fileWith("shop", [newcomer({ email })]));
      expect((await trySignIn(stage.network.app, email, credentials[0]?.secret)).status).toBe(200);
    });
  });
}
